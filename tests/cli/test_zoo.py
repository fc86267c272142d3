from __future__ import annotations

import pytest

from truename.cli import main
from truename.lab.zoo.unit import Unit
from truename.lab.zoo.worker import build_unit
from zoo_fakes import Fakes

pytest.importorskip("pyarrow")


@pytest.fixture
def corpus(tmp_path, monkeypatch, capsys):
    """A corpus of the fakes, built by the command; what it printed lies beside it."""
    monkeypatch.setattr("truename.lab.zoo.libraries.LIBRARIES", {"fakes": Fakes})
    out = tmp_path / "zoo.parquet"
    assert main(["zoo", "build", "--out", str(out), "--processes", "0", "--configs", "2"]) == 0
    out.with_suffix(".txt").write_text(capsys.readouterr().out)
    return out


def test_build_sums_up_and_lists_failures(corpus):
    summary = corpus.with_suffix(".txt").read_text()
    assert "fakes                        1.0      40      39" in summary
    assert "not built: 1 of fakes: raises ValueError" in summary
    assert corpus.with_suffix(".failures.csv").read_text().splitlines()[1] == (
        "fakes,Fake07,fake,0,raises ValueError,hidden sizes never fit"
    )


def test_list_counts_and_names_failures(corpus, capsys):
    assert main(["zoo", "list", "--zoo", str(corpus)]) == 0
    assert "76 entries of 1 model types, seed 0" in capsys.readouterr().out
    assert main(["zoo", "list", "--zoo", str(corpus), "--failures"]) == 0
    assert "fakes Fake07 (fake), configuration 0: raises ValueError: hidden" in capsys.readouterr().out


def test_show_prints_the_tensors(corpus, capsys):
    assert main(["zoo", "show", "Fake02", "--zoo", str(corpus), "--config", "1"]) == 0
    page = capsys.readouterr().out
    assert "configuration 1, saved: 3 tensors" in page
    assert "3 x layers.#.weight" in page
    assert "[25, 25]" in page


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["show", "Nothing", "--zoo", "{corpus}"], "nothing is called 'Nothing'"),
        (["list", "--zoo", "{corpus}.none"], "there is no corpus; 'truename zoo build --out"),
        (["build", "--out", "{corpus}", "--library", "none"], "no library 'none' in the zoo"),
        (["build", "--out", "{corpus}"], "continue it with --resume"),
    ],
)
def test_a_wrong_call_is_one_sentence(corpus, arguments, sentence, capsys):
    assert main(["zoo", *(a.format(corpus=corpus) for a in arguments)]) == 2
    assert sentence in capsys.readouterr().err


def test_the_fakes_are_what_the_tests_say():
    entries, failures = build_unit(Fakes(), Unit("fakes", "Fake08", "fake", "fill-mask"), 3, 0)
    assert (len(entries), len(failures)) == (1, 2)
