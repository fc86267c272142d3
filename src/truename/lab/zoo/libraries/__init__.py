"""The libraries whose models the zoo holds, one a file; each imports its library on first use."""
