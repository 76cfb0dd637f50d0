"""Nothing leaves this machine unless the user asks for it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

# Sees every name look-up and connection that Python code asks for; compiled code is not seen.
WATCHED_RUN = """
import sys
def watch(event, args):
    if event == "socket.getaddrinfo":
        print("OUTBOUND", args[0])
    if event == "socket.connect" and isinstance(args[1], tuple) and args[1][0] != "127.0.0.1":
        print("OUTBOUND", args[1])
sys.addaudithook(watch)
from pathlib import Path
from worker.contract import AnswerRequest, IndexRequest, PointOfView, Question, RankRequest
from worker.queueing.in_process import InProcessRunner
from worker.settings import load_settings
settings = load_settings()
run = InProcessRunner(settings).run
options = dict(on_event=lambda e: None, on_blob=lambda n, b: None, cancelled=lambda: False)
names = dict(collection="quiet", embedder=settings.embedder, store=settings.store)
run(IndexRequest(run_id="1", folder=sys.argv[1], **names), **options)
ranking = RankRequest(run_id="2", questions=(Question(qid="Q1", text="Who whistles?"),),
    povs=(PointOfView(pov_id="P1", text="Kettles sing."),), **names)
result = run(AnswerRequest(run_id="3", ranking=ranking, llm=settings.llm, max_tokens=8,
    modes=("rag",)), **options)
import time; time.sleep(2)  # reports of usage are sent from threads of their own
print("ANSWERS", len(result.answers))
"""


# Sees the same of the command that looks for servers of language models.
WATCHED_LOOK = """
import sys
def watch(event, args):
    if event == "socket.getaddrinfo":
        print("OUTBOUND", args[0])
    if event == "socket.connect" and isinstance(args[1], tuple):
        print("ASKED" if args[1][0] in ("127.0.0.1", "::1") else "OUTBOUND", args[1])
sys.addaudithook(watch)
sys.argv = ["bonsai", *sys.argv[1:]]
from xl_addin.cli import main
main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="its connections are made by compiled code")
@pytest.mark.parametrize(("command", "asks"), [("models", True), ("--help", False)])
def test_servers_are_looked_for_on_this_machine_alone_and_by_one_command(command, asks):
    finished = subprocess.run(
        [sys.executable, "-c", WATCHED_LOOK, command],
        capture_output=True,
        text=True,
        check=True,
        cwd=REPOSITORY,
    )
    assert "OUTBOUND" not in finished.stdout
    assert ("ASKED" in finished.stdout) is asks


def test_index_rank_and_answer_look_up_no_host(models: Path, tmp_path: Path, monkeypatch):
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "kettle.txt").write_text("The kettle whistles in the kitchen.")
    monkeypatch.setenv("BONSAI_MODELS", str(models))
    finished = subprocess.run(
        [sys.executable, "-c", WATCHED_RUN, str(tmp_path / "documents")],
        capture_output=True,
        text=True,
        check=True,
        cwd=REPOSITORY,
    )
    assert "OUTBOUND" not in finished.stdout
    assert "ANSWERS 1" in finished.stdout
