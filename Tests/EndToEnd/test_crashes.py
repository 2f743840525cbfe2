"""Jobs that are killed, and readers of what is being written: what an outsider sees is complete, or as it was before."""
import collections
import os
import signal
import statistics
import threading
import time

from support import LONG_TESTS, READ, ROOT, MasticTest, files_below, needs_pyarrow, parquet_rows, pyarrow

#: Moments at which the job is killed.
ROUNDS = 500 if LONG_TESTS else 50


class Reader(threading.Thread):
    """Reads every file of a folder over and over, as a query engine next door would. A file that can't be read is a finding."""

    def __init__(self, folder):
        super().__init__(daemon=True)
        self.folder, self.problems, self.reads, self.stopped = folder, [], 0, threading.Event()

    def run(self):
        while not self.stopped.wait(0.005):
            for path in files_below(self.folder):
                try:
                    pyarrow.parquet.ParquetFile(path).read()
                    self.reads += 1
                except FileNotFoundError:
                    # Nothing is ever taken away from this folder.
                    self.problems.append(f"{path} was listed and is gone")
                except Exception as problem:
                    self.problems.append(f"{path}: {problem}")

    def finish(self):
        self.stopped.set()
        self.join()
        return self.problems


@needs_pyarrow
class KilledJobTests(MasticTest):
    """The sales job is killed at moments spread over its whole run, each time with new input."""

    def setUp(self):
        super().setUp()
        self.succeeds("run", os.path.join(ROOT, "scripts", "sample_data.lua"), "--target", "sample")
        self.succeeds("crawl", "sample/raw_transactions", "--database", "sales_db")
        self.number = 0

    def command(self):
        return ["run", os.path.join(ROOT, "docs", "examples", "sales.lua"), "--JOB_NAME", "sales", "--target", "sample/processed/",
                "--job-bookmark-option", "job-bookmark-enable"]

    def run_job(self):
        return self.succeeds(*self.command())

    def add_input(self, rows=200):
        """One more file, with rows for each of the seven days: every partition grows."""
        self.number += 1
        text = "id,customer_id,amount,status,created_at,product_category,note\n"
        ids = []
        for row in range(rows):
            ids.append(f"r{self.number}-{row}")
            text += f"{ids[-1]},{row},{row + 1}.25,completed,2024-01-{row % 7 + 5:02}T10:00:00Z,Books,\n"
        # In one step: half an input file would be another story.
        os.rename(self.write(f"arriving-{self.number}.csv", text), self.path(f"sample/raw_transactions/arrived-{self.number:03}.csv"))
        return ids

    def ids(self):
        return [row["transaction_id"] for row in parquet_rows(self.path("sample/processed"), ["transaction_id"])]

    def after_a_share(self, process, whole, share):
        """Waits for a share of the time that a run takes."""
        time.sleep(whole * share)

    def once_staged(self, process, whole, share):
        """Waits until the run writes, and then for a share of what is left: the moments in which data and bookmark are made one."""
        while process.is_running() and not os.path.exists(self.path("sample/_staging")):
            time.sleep(0.0005)
        time.sleep(whole * 0.4 * share)

    def kill_rounds(self, rounds, wait, kill, settles):
        """
        - wait: until when the run is let go on, given the process, the time of a whole run, and the round as a share of all.
        - settles: how long the output may take to be one or the other after the kill; 0 where the kill leaves nothing running.
        - Returns: how often each state was seen after the kill.
        """
        self.run_job()
        seconds = []
        for _ in range(3):
            self.add_input()
            seconds.append(self.run_job().seconds)
        whole = statistics.median(seconds) * 1.1
        complete = sorted(self.ids())
        self.assertEqual(len(complete), len(set(complete)))
        seen = collections.Counter()
        reader = Reader(self.path("sample/processed"))
        reader.start()
        try:
            for number in range(rounds):
                before, new = complete, self.add_input()
                complete = sorted(before + new)
                process = self.start(*self.command())
                wait(process, whole, number / rounds)
                kill(process)
                result = process.wait()
                place = f"round {number}, killed after {result.seconds * 1000:.1f} ms of {whole * 1000:.0f} ms: {result}"
                seen["while staged"] += bool(self.leftovers())
                self.assertIn(result.status, (0, -signal.SIGKILL), place)
                deadline = time.monotonic() + settles
                found = sorted(self.ids())
                while found not in (before, complete) and time.monotonic() < deadline:
                    time.sleep(0.01)
                    found = sorted(self.ids())
                seen["before" if found == before else "complete" if found == complete else "partial"] += 1
                self.assertTrue(found in (before, complete), f"{len(found)} rows, before {len(before)}, complete {len(complete)}; {place}")
                # One more run, whatever state the killed one left: all rows, each once, and nothing left over.
                self.run_job()
                self.assertEqual(sorted(self.ids()), complete, place)
                self.assertEqual(self.leftovers(), [], place)
                self.assertEqual(reader.problems, [], place)
        finally:
            reader.finish()
        self.assertGreater(reader.reads, rounds)
        # The bookmark says the same as the data: a run with nothing new adds nothing.
        self.run_job()
        self.assertEqual(sorted(self.ids()), complete)
        return seen

    def leftovers(self):
        return [place for place, folders, names in os.walk(self.path("sample")) if os.path.basename(place) == "_staging"]

    def test_killed_at_many_moments(self):
        seen = self.kill_rounds(ROUNDS, self.after_a_share, lambda process: process.kill(signal.SIGKILL), settles=2)
        self.assertGreater(seen["before"], 0)
        self.assertGreater(seen["complete"], 0)

    def test_killed_while_it_writes_and_commits(self):
        seen = self.kill_rounds(ROUNDS, self.once_staged, lambda process: process.kill(signal.SIGKILL), settles=2)
        self.assertGreater(seen["while staged"], 0)
        self.assertGreater(seen["complete"], 0)

    def test_killed_with_its_process_group(self):
        """The child that publishes has a session of its own, and goes on."""
        self.kill_rounds(20, self.once_staged, lambda process: os.killpg(process.pid, signal.SIGKILL), settles=2)


WRITER = READ + """
local args = getResolvedOptions(arg, {"rounds"})
for generation = 1, tonumber(args.rounds) do
  write(read("in.json"):map(function(r) return {n = r.n, part = r.part, generation = generation} end), "out/", "parquet", MODE)
end
"""


@needs_pyarrow
class OverwriteTests(MasticTest):
    """A reader beside a writer that overwrites sees one content or the other, whole."""

    ROWS = 400

    def overwrite(self, keys):
        self.write("in.json", "".join(f'{{"n": {n}, "part": "p{n % 4}"}}\n' for n in range(self.ROWS)))
        self.write("writer.lua", WRITER.replace("MODE", '{mode = "overwrite"' + keys + "}"))
        # The first content, so that there is something to read from the start.
        self.succeeds("run", "writer.lua", "--rounds", "1")
        process = self.start("run", "writer.lua", "--rounds", "60")
        seen, swapped = collections.Counter(), 0
        while process.is_running():
            generation = self.read_once()
            if generation is None:
                swapped += 1
            else:
                seen[generation] += 1
        self.assertEqual(process.wait().status, 0)
        self.assertEqual(self.read_once(), 60)
        self.assertGreater(sum(seen.values()), 0, f"{swapped} reads were crossed by a swap")
        self.assertEqual([name for name in os.listdir(self.folder) if name.startswith("_")], [])

    def identity(self):
        info = os.stat(self.path("out"))
        return info.st_ino, info.st_ctime_ns, info.st_mtime_ns

    def read_once(self):
        """The generation that the folder holds, or None where it was swapped while it was being read."""
        before = self.identity()
        try:
            rows = parquet_rows(self.path("out"))
        except OSError:
            rows = None
        if self.identity() != before:
            return None
        self.assertIsNotNone(rows, "a file vanished from a folder that stayed")
        generations = {row["generation"] for row in rows}
        self.assertEqual((len(rows), len(generations), len({row["n"] for row in rows})), (self.ROWS, 1, self.ROWS), generations)
        return generations.pop()

    def test_a_folder_of_files(self):
        self.overwrite("")

    def test_a_partitioned_folder(self):
        self.overwrite(', partitionKeys = {"part"}')

    def test_the_target_is_never_missing(self):
        """Not even between two renames."""
        self.write("in.json", '{"n": 1, "part": "p"}\n')
        self.write("writer.lua", WRITER.replace("MODE", '{mode = "overwrite"}'))
        self.succeeds("run", "writer.lua", "--rounds", "1")
        process = self.start("run", "writer.lua", "--rounds", "100")
        looks = 0
        while process.is_running():
            before, names = self.identity(), os.listdir(self.path("out"))
            # A reader that opened the old folder before the swap may find it cleared.
            if self.identity() == before:
                self.assertEqual(len(names), 1)
                looks += 1
        self.assertEqual(process.wait().status, 0)
        self.assertGreater(looks, 10)

    def test_killed_while_overwriting(self):
        self.write("in.json", "".join(f'{{"n": {n}, "part": "p{n % 4}"}}\n' for n in range(self.ROWS)))
        self.write("writer.lua", WRITER.replace("MODE", '{mode = "overwrite", partitionKeys = {"part"}}'))
        whole = self.succeeds("run", "writer.lua", "--rounds", "1").seconds * 1.1
        for number in range(20):
            process = self.start("run", "writer.lua", "--rounds", "3")
            time.sleep(whole * (0.4 + 1.2 * number / 20))
            process.kill()
            process.wait()
            self.assertIn(self.read_once(), (1, 2, 3))
        self.succeeds("run", "writer.lua", "--rounds", "1")
        self.assertEqual(self.read_once(), 1)
        self.assertEqual([name for name in os.listdir(self.folder) if name.startswith("_")], [])
