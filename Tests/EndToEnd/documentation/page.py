"""Reads a Markdown page: its code blocks, in order, and the notes in comments that say what becomes of them."""
import os
import re

from .notes import NOTES_OF_OTHERS

#: Notes that stand before a block, `<!-- NAME -->` or `<!-- NAME: TEXT -->`.
NOTES_WITHOUT_TEXT = {"continues", "prelude", "expect error", "says", "figures differ", "commands", "fresh folder", "output"}
NOTES_WITH_TEXT = {"file", "not run", "run by", "arguments", "width"}
#: Comments over several lines whose text is run, or written to a file, and not shown: `<!-- sh`, `<!-- setup`, `<!-- file: NAME`.
HIDDEN = {"sh", "service", "lua", "setup", "prelude", "file"}
#: What a fence may say its block is.
LANGUAGES = {"lua", "sql", "sh", "console", "text", "json", "csv", "ini", "yaml", "python", "xml", "swift"}


class PageError(Exception):
    """The page cannot be understood."""


class Block:
    """A code block, or a comment that holds code.

    `first` and `last` are the block's text as indices of lines, without the fence; `indent` stands before each of them.
    """

    def __init__(self, page, language, lines, first, last, indent="", hidden=False, name=None):
        self.page, self.language, self.lines, self.first, self.last = page, language, lines, first, last
        self.indent, self.hidden, self.name = indent, hidden, name
        self.notes = {}
        self.section = 0

    @property
    def text(self):
        return "\n".join(self.lines)

    def has(self, note):
        return note in self.notes

    def __str__(self):
        return f"{self.page}:{self.first + 1}"


def parse(path, name, more_notes=None):
    """The blocks of a page. `more_notes` are notes and hidden blocks by the first line of the block that they stand before, for pages that have none in their text."""
    with open(path, encoding="utf-8") as file:
        return Parser(file.read(), name, more_notes or {}).blocks()


class Parser:
    def __init__(self, text, name, more_notes):
        self.name, self.lines, self.more_notes = name, text.split("\n"), more_notes
        self.at, self.found, self.notes, self.section = 0, [], {}, 0

    def fail(self, message, line=None):
        raise PageError(f"{self.name}:{(self.at if line is None else line) + 1}: {message}")

    def blocks(self):
        blank = True
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if line.startswith("<!--"):
                self.comment()
            elif re.match(r" {0,3}```", line):
                self.fence()
            elif blank and line.startswith("    ") and line.strip():
                self.indented()
            else:
                if re.match(r"#+ ", line):
                    self.section += 1
                if line.strip() and self.notes:
                    self.fail(f"the note '{next(iter(self.notes))}' stands before no block")
                self.at += 1
            blank = not self.lines[self.at - 1].strip() or self.lines[self.at - 1].rstrip().endswith("-->")
        if self.notes:
            self.fail(f"the note '{next(iter(self.notes))}' stands before no block", len(self.lines) - 1)
        return self.found

    def add(self, block):
        if not block.hidden and block.lines:
            for note in self.more_notes.get(block.lines[0].strip(), []):
                self.note(note, block.first)
        block.section = self.section
        if block.language == "lua" or not block.hidden:
            block.notes, self.notes = self.notes, {}
        self.found.append(block)

    def note(self, text, line):
        """One note. A hidden block is a block by itself, and a sentence, which begins with a capital letter, is none."""
        if text[:1].isupper():
            return
        if text.split(" ", 1)[0] in NOTES_OF_OTHERS:
            self.notes["run by"] = NOTES_OF_OTHERS[text.split(" ", 1)[0]]
            return
        head, several_lines, body = text.partition("\n")
        name, _, value = head.partition(":")
        name, value = name.strip(), value.strip()
        if several_lines or name in {"sh", "service", "setup", "lua"}:
            if name not in HIDDEN:
                self.fail(f"a comment over several lines begins with one of {', '.join(sorted(HIDDEN))}, not '{name}'", line)
            if name == "file" and not value:
                self.fail("the note 'file' names the file: <!-- file: people.json", line)
            if body.endswith("\n"):
                body = body[:-1]
            self.add(Block(self.name, name, body.split("\n"), line + 1, line + 1 + body.count("\n"), hidden=True, name=value or None))
        elif name in NOTES_WITHOUT_TEXT and not value:
            self.notes[name] = True
        elif name in NOTES_WITH_TEXT and value:
            self.notes[name] = value
        elif name in NOTES_WITH_TEXT:
            self.fail(f"the note '{name}' says something behind it: <!-- {name}: ... -->", line)
        else:
            self.fail(f"'{name}' is no note; known are {', '.join(sorted(NOTES_WITHOUT_TEXT | NOTES_WITH_TEXT))}", line)

    def comment(self):
        first = self.at
        text = self.lines[self.at][len("<!--"):]
        while "-->" not in text or (self.at > first and not self.lines[self.at].rstrip().endswith("-->")) or self.is_arrow(text):
            self.at += 1
            if self.at >= len(self.lines):
                self.fail("the comment has no end", first)
            text += "\n" + self.lines[self.at]
        self.at += 1
        text = text.rstrip()[:-len("-->")]
        self.note(text.strip(" ") if "\n" not in text else text.lstrip(" "), first)

    @staticmethod
    def is_arrow(text):
        """Whether the last line ends the comment only by chance: hidden code may hold '-->', the end of a comment over several lines stands alone."""
        last = text.split("\n")[-1]
        return "\n" in text and last.strip() != "-->"

    def fence(self):
        first = self.at
        indent = re.match(r" *", self.lines[first]).group()
        language = self.lines[first].strip()[3:].strip().split(" ")[0]
        if language not in LANGUAGES:
            self.fail(f"a fence says what its block is: one of {', '.join(sorted(LANGUAGES))}, not '{language}'")
        self.at += 1
        lines = []
        while self.at < len(self.lines) and self.lines[self.at].strip() != "```":
            line = self.lines[self.at]
            lines.append(line[len(indent):] if line.startswith(indent) else line.strip())
            self.at += 1
        if self.at >= len(self.lines):
            self.fail("the fence has no end", first)
        self.add(Block(self.name, language, lines, first + 1, self.at, indent))
        self.at += 1

    def indented(self):
        first = self.at
        while self.at < len(self.lines) and (self.lines[self.at].startswith("    ") or not self.lines[self.at].strip()):
            self.at += 1
        last = self.at
        while not self.lines[last - 1].strip():
            last -= 1
        lines = self.lines[first:last]
        width = min(len(line) - len(line.lstrip()) for line in lines if line.strip())
        lines = [line[width:] for line in lines]
        language = "console" if any(line.startswith("$ ") for line in lines) else "text"
        self.add(Block(self.name, language, lines, first, last, " " * width))


def pages_of(root):
    """Every page of the documentation, as paths relative to the root."""
    found = [name for name in ["README.md", "CHANGELOG.md", "CONTRIBUTING.md"] if os.path.exists(os.path.join(root, name))]
    for place, folders, names in os.walk(os.path.join(root, "docs")):
        folders.sort()
        found += [os.path.relpath(os.path.join(place, name), root) for name in sorted(names) if name.endswith(".md")]
    return found


def broken_links(root, names):
    """Links of pages to files and headings that are not there, as sentences."""
    anchors, found = {}, []

    def headings(path):
        if path not in anchors:
            with open(path, encoding="utf-8") as file:
                text = re.sub(r"^ *```.*?^ *```", "", file.read(), flags=re.MULTILINE | re.DOTALL)
            anchors[path] = {anchor(line.lstrip("#")) for line in text.split("\n") if re.match(r"#+ ", line)}
        return anchors[path]

    for name in names:
        with open(os.path.join(root, name), encoding="utf-8") as file:
            text = re.sub(r"^ *```.*?^ *```|<!--.*?-->|`[^`\n]*`", "", file.read(), flags=re.MULTILINE | re.DOTALL)
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if re.match(r"[a-z]+:", target):
                continue
            place, _, heading = target.partition("#")
            path = os.path.normpath(os.path.join(root, os.path.dirname(name), place)) if place else os.path.join(root, name)
            if not os.path.exists(path):
                found.append(f"{name}: there is no {target}")
            elif heading and heading not in headings(path):
                found.append(f"{name}: {place or 'the page'} has no heading '#{heading}'")
    return found


def anchor(heading):
    """The name by which a heading is linked to, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower().replace("`", "")).replace(" ", "-")
