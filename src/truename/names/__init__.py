"""Names: tokens, elements, claims. ``parse_name`` reads a name, ``claims_of`` says what can be checked."""

from truename.names.claims import Claim, Claims, claims_of
from truename.names.elements import Convention, Element, Kind, Role
from truename.names.parse import ParsedName, parse_name

__all__ = [
    "Claim",
    "Claims",
    "Convention",
    "Element",
    "Kind",
    "ParsedName",
    "Role",
    "claims_of",
    "parse_name",
]
