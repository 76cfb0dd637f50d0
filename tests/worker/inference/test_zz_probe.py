import time, subprocess
from tests.worker.queueing.worlds import rank_request
from worker.contract import AnswerRequest
def test_probe(world, smollm2_folder):
    w = world.start_worker(); t=time.time()
    world.index(); print("indexed", time.time()-t)
    job = AnswerRequest(run_id="answer-run", ranking=rank_request(2), llm=f"hf:{smollm2_folder}", max_tokens=8, repeatable=True)
    with world.running(job) as seen:
        last=""
        while time.time()-t<75 and seen.outcome is None:
            time.sleep(0.5)
            now=f"{w.poll()} {str(seen.events[-1])[:120] if seen.events else ''}"
            if now!=last: print(round(time.time()-t,1), now); last=now
        if w.poll() is None:
            print(subprocess.run(["ps","-L","-o","tid,stat,pcpu,wchan:20,comm","-p",str(w.pid)],capture_output=True,text=True).stdout[:1500])
            print(open(f"/proc/{w.pid}/status").read()[:900])
        seen.stop.set()
    print(world.log()[-3000:])
