"""Whole notebooks, run as nbclient runs them, and what stands below their cells then."""
import os
import re
import shutil
import subprocess
import sys
import unittest

from kernels import KernelTest, needs_jupyter
from support import DATA, ROOT, needs_data

try:
    import nbclient
    import nbformat
except ImportError:
    nbclient = None

NOTEBOOKS = os.path.join(ROOT, "Tests", "EndToEnd", "notebooks")


@needs_jupyter
@unittest.skipUnless(nbclient, "needs nbclient")
class Notebooks(KernelTest):
    def setUp(self):
        super().setUp()
        for name, value in self.environment.items():
            self.addCleanup(os.environ.__setitem__ if name in os.environ else lambda name, _: os.environ.pop(name), name, os.environ.get(name))
            os.environ[name] = value

    def executed(self, name):
        """The notebook after it was run from top to bottom in the test's folder."""
        notebook = nbformat.read(os.path.join(NOTEBOOKS, name), as_version=4)
        manager = self.manager()
        nbclient.NotebookClient(notebook, km=manager, timeout=120, resources={"metadata": {"path": self.folder}}).execute()
        nbformat.validate(notebook)
        return [cell for cell in notebook.cells if cell.cell_type == "code"]

    @needs_data
    def test_the_weather_of_seattle(self):
        shutil.copy(os.path.join(DATA, "vega", "seattle-weather.csv"), self.folder)
        count, first, mapped, view, query, plot, wrong, last = self.executed("seattle_weather.ipynb")
        self.assertEqual([cell.execution_count for cell in (count, first, mapped, view, query, plot, wrong, last)], list(range(1, 9)))

        magics, total = count.outputs
        self.assertEqual((magics.output_type, magics.name), ("stream", "stdout"))
        self.assertIn("%glue_version: ", magics.text)
        self.assertEqual((total.output_type, total.data["text/plain"]), ("execute_result", "1461"))

        (table,) = first.outputs
        self.assertEqual(table.output_type, "execute_result")
        self.assertEqual(table.data["text/html"].count("<tr>"), 7)
        self.assertIn("drizzle", table.data["text/html"])
        self.assertIn("2012-01-01", table.data["text/plain"])

        (schema,) = mapped.outputs
        self.assertEqual(schema.text, "root\n|-- year: long\n|-- kind: string\n|-- rain: double\n|-- warmest: double\n")
        self.assertEqual(view.outputs[0].text, "days by weather\n")

        (result,) = query.outputs
        self.assertIn("warmth", result.data["text/html"])
        for kind, days in [("rain", 641), ("sun", 640), ("fog", 101), ("drizzle", 53), ("snow", 26)]:
            self.assertRegex(result.data["text/plain"], rf"{kind}\b.*\b{days}\b")

        (picture,) = plot.outputs
        self.assertEqual(picture.output_type, "display_data")
        self.assertTrue(picture.data["image/svg+xml"].lstrip().startswith("<"))
        self.assertIn("</svg>", picture.data["image/svg+xml"])
        self.assertIn("Days", picture.data["text/plain"])

        (error,) = wrong.outputs
        self.assertEqual(error.output_type, "error")
        self.assertRegex(error.ename, r"^E\d{4}$")
        self.assertIn("temperature", error.evalue)
        self.assertIn("temp_max", "\n".join(error.traceback))
        self.assertIn("cell 7:1: ", "\n".join(error.traceback))
        self.assertEqual(last.outputs[0].text, "and on it goes\t26\n")

    @needs_data
    def test_a_notebook_that_fails_stops(self):
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in ["x = 1", "nothing.at_all()", "print('never')"]])
        with self.assertRaises(nbclient.exceptions.CellExecutionError) as raised:
            nbclient.NotebookClient(notebook, km=self.manager(), timeout=120, resources={"metadata": {"path": self.folder}}).execute()
        self.assertIn("nothing", str(raised.exception))
        self.assertEqual(notebook.cells[2].outputs, [])

    def test_jupyter_lists_the_kernel(self):
        listed = subprocess.run([sys.executable, "-m", "jupyter", "kernelspec", "list"], capture_output=True, text=True, env={**os.environ, **self.environment})
        if "kernelspec" not in listed.stdout + listed.stderr and listed.returncode:
            self.skipTest("needs the command jupyter")
        self.assertIn(self.path("jupyter", "kernels", "mastic"), listed.stdout)


def cells_of(page):
    """The blocks of the page that this test runs: cells, each with the text that must come out."""
    with open(os.path.join(ROOT, page), encoding="utf-8") as file:
        text = file.read()
    cells = []
    for language, block in re.findall(r"<!-- run by: test_notebooks.py -->\n```(\w+)\n(.*?)\n```", text, re.DOTALL):
        if language == "lua":
            cells.append((block, []))
        else:
            cells[-1][1].extend(block.split("\n"))
    files = dict(re.findall(r"cat > (\S+) <<'END'\n(.*?\n)END\n", text, re.DOTALL))
    return files, cells


@needs_jupyter
class Page(KernelTest):
    def test_the_cells_of_the_page_about_notebooks(self):
        files, cells = cells_of("docs/notebooks.md")
        for name, content in files.items():
            self.write(name, content)
        kernel = self.kernel()
        self.assertGreater(len(cells), 5)
        for code, expected in cells:
            ran = kernel.run(code)
            self.assertEqual(ran.status, "error" if "-- raises" in code else "ok", (code, ran))
            shown = ran.text + (ran.complaint if ran.status == "error" else "")
            for line in expected:
                self.assertIn(line, shown, code)
            if "%%sql" in code:
                self.assertRegex(ran.shown[0]["text/plain"], r"(?s)South.*39.2.*North.*19.75")
            if ":plot" in code:
                self.assertIn("<svg", ran.shown[0]["image/svg+xml"])

    def test_the_page_names_every_magic(self):
        with open(os.path.join(ROOT, "docs", "notebooks.md"), encoding="utf-8") as file:
            page = file.read()
        listed = set(re.findall(r"^  (%%?\w+) ", self.kernel().run("%help").out, re.MULTILINE))
        self.assertGreater(len(listed), 20)
        # Those that Glue has only for another engine are in `%help` alone.
        rare = {"%object_memory_worker", "%object_memory_head", "%reset", "%matplotlib"}
        self.assertEqual(sorted(name for name in listed - rare if f"`{name}" not in page), [])
