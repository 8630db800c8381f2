"""Any table, in any dialect, as the same rows; what is none is told in words."""

import io
from unittest import mock

from django.test import SimpleTestCase

from tom_targets.exchange import readers
from tom_targets.exchange.cells import guarded, unguarded
from tom_targets.exchange.mapping import unit_of
from tom_targets.exchange.readers import open_table, read_text
from tom_targets.exchange.tables import TableError

ROWS = [["M31", "10.68", "41.27"], ["Größe 1", None, "-5"]]


def opened(text, encoding="utf-8", **options):
    table = open_table(io.BytesIO(text.encode(encoding) if isinstance(text, str) else text), **options)
    return table, [column.name for column in table.columns], list(table.fitting())


class CellTests(SimpleTestCase):
    def test_what_a_spreadsheet_would_run_is_made_safe_and_comes_back(self):
        risky = ("=cmd()", "+1+1", "-x", "@SUM(A1)", "\tx", "\rx", "'x", "'", "''", "", " x", "-inf", "+nan", "\n=")
        for text in risky:
            with self.subTest(text):
                cell = guarded(text)
                self.assertEqual(cell[0], "'")
                self.assertEqual(unguarded(cell), text)

    def test_numbers_and_plain_text_stay(self):
        for text in ("-5", "+1.5e-3", "-.5", "M31", "O'Neill", "x=1"):
            self.assertEqual((guarded(text), unguarded(text)), (text, text))
        self.assertIsNone(unguarded(""))
        self.assertEqual(unguarded("'tis"), "'tis")


class DialectTests(SimpleTestCase):
    def test_every_delimiter_is_found_out(self):
        for character in (",", ";", "\t", "|"):
            text = "\n".join(character.join(row) for row in (("name", "ra", "dec"), ("M31", "10.68", "41.27"),
                                                             ("Größe 1", "", "-5")))
            with self.subTest(character):
                _, names, lines = opened(text)
                self.assertEqual(names, ["name", "ra", "dec"])
                self.assertEqual([line.cells for line in lines], ROWS)
                self.assertEqual([line.number for line in lines], [2, 3])

    def test_every_encoding_is_found_out(self):
        text = "name,ra,dec\nM31,10.68,41.27\nGröße 1,,-5\n"
        for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"):
            with self.subTest(encoding):
                table, names, lines = opened(text, encoding)
                self.assertEqual((names[0], [line.cells for line in lines]), ("name", ROWS))
                self.assertEqual(any("Latin-1" in note for note in table.notes), encoding in ("latin-1", "cp1252"))

    def test_line_ends_of_every_system(self):
        for end in ("\n", "\r\n", "\r"):
            _, names, lines = opened(end.join(["name,ra,dec", "M31,10.68,41.27", "", "Größe 1,,-5", ""]))
            self.assertEqual((names[2], [line.cells for line in lines]), ("dec", ROWS))

    def test_a_wrong_delimiter_is_told(self):
        with self.assertRaisesMessage(TableError, "looks like a table with a semicolon between them"):
            opened("name;ra;dec\nM31;1;2\n", delimiter="comma")

    def test_quotes_keep_delimiters_and_line_breaks(self):
        _, _, lines = opened('name,note\n"a, b","one\ntwo ""three"""\nc,d\n')
        self.assertEqual(lines[0].cells, ["a, b", 'one\ntwo "three"'])
        self.assertEqual([line.number for line in lines], [2, 4])

    def test_a_row_of_another_length_costs_no_other(self):
        _, _, lines = opened("name,ra\nM31,1\nM32,1,2\nM33\nM34,4,,\nM35,5\n")
        self.assertEqual([bool(line.problem) for line in lines], [False, True, True, False, False])
        self.assertIn("3 cells, the header has 2", lines[1].problem)

    def test_a_quote_that_is_never_closed_is_told(self):
        _, _, lines = opened('name,ra\n"M31,1\n' + "M32,5\n" * 30_000)
        self.assertIn("quotation mark", lines[0].problem)

    def test_a_list_of_names_is_a_table(self):
        _, names, lines = opened("name\nM31\nNGC 1300\n")
        self.assertEqual((names, [line.cells for line in lines]), (["name"], [["M31"], ["NGC 1300"]]))

    def test_comments_above_the_header_are_passed_over(self):
        self.assertEqual(opened("# made by me\nname,ra\nM31,1\n")[1], ["name", "ra"])


class PastedTests(SimpleTestCase):
    def test_tables_of_terminals_and_papers(self):
        for text in (
            "+------+------+\n| name | ra   |\n+------+------+\n| M 31 | 10.7 |\n| M 32 |      |\n+------+------+\n",
            "| name | ra |\n|:---|---:|\n| M 31 | 10.7 |\n| M 32 | |\n",
            " name | ra \n------+----\n M 31 | 10.7\n M 32 | \n",
            "name\tra\nM 31\t10.7\nM 32\t\n",
        ):
            with self.subTest(text):
                table = read_text(io.StringIO(text))
                self.assertEqual([column.name for column in table.columns], ["name", "ra"])
                self.assertEqual([line.cells for line in table.fitting()], [["M 31", "10.7"], ["M 32", None]])

    def test_columns_with_spaces_between(self):
        text = "name      ra          dec\nM 31      00:42:44    +41:16:09\nM 32      10.6  40.8\n"
        table = read_text(io.StringIO(text))
        self.assertEqual([line.cells for line in table.fitting()],
                         [["M 31", "00:42:44", "+41:16:09"], ["M 32", "10.6", "40.8"]])
        table = read_text(io.StringIO("name ra dec\nM31 10.7 41.2\nM32 10.6 40.8\n"))
        self.assertEqual([column.name for column in table.columns], ["name", "ra", "dec"])


class AstronomicalTests(SimpleTestCase):
    def table(self):
        from astropy.table import MaskedColumn, Table

        table = Table({"name": ["M31", "Größe 1"], "ra": [10.68, 0.1], "n": [1, 2], "z": [float("nan"), 0.5]})
        table["name2"] = MaskedColumn(["", "x y"], mask=[True, False])
        table["ra"].unit = "hourangle"
        return table

    def written(self, **options):
        stream = io.BytesIO()
        if options["format"] == "votable":
            self.table().write(stream, **options)
            return stream.getvalue()
        text = io.StringIO()
        self.table().write(text, **options)
        return text.getvalue().encode()

    def test_what_astropy_writes_is_read(self):
        cases = (
            {"format": "ascii.ecsv"}, {"format": "ascii.ecsv", "delimiter": ","}, {"format": "ascii.csv"},
            {"format": "votable"}, {"format": "votable", "tabledata_format": "binary"},
            {"format": "votable", "tabledata_format": "binary2"},
        )
        for options in cases:
            with self.subTest(options):
                table, names, lines = opened(self.written(**options))
                self.assertEqual(names, ["name", "ra", "n", "z", "name2"])
                self.assertEqual([line.cells[0] for line in lines], ["M31", "Größe 1"])
                self.assertEqual([float(line.cells[1]) for line in lines], [10.68, 0.1])
                self.assertEqual(lines[1].cells[4], "x y")
                if options["format"] != "ascii.csv":
                    self.assertIsNone(lines[0].cells[3], "NaN is no value in an astronomical table")
                    self.assertEqual(unit_of("ra", table.columns[1]), "hour")

    def test_a_broken_votable_is_told(self):
        whole = self.written(format="votable")
        with self.assertRaisesMessage(TableError, "broken"):
            opened(whole[: len(whole) // 2])
        with self.assertRaisesMessage(TableError, "no table"):
            opened('<?xml version="1.0"?><VOTABLE></VOTABLE>')

    def test_json_is_read_object_by_object(self):
        text = '[{"name": "M31", "ra": 10.68, "ok": true},\n {"name": "x", "ra": null, "ok": null}]'
        with mock.patch.object(readers, "SNIFFED", 5), mock.patch.object(readers, "CHUNK", 7):
            table = read_text(io.StringIO(text))
            self.assertEqual([line.cells for line in table.fitting()], [["M31", "10.68", "True"], ["x", None, None]])
        with self.assertRaisesMessage(TableError, "no complete JSON"):
            list(opened('[{"name": "M31"}, {"na')[0].fitting())
        for name in ("a\\u0000b", "a\\ud800b"):
            self.assertIn("cannot be stored", opened(f'[{{"name": "{name}"}}]')[2][0].problem)


class NoTableTests(SimpleTestCase):
    def test_what_is_no_table_is_told_what_it_is(self):
        for content, message in (
            (b"", "nothing in this file"), (b" \n\n", "nothing in this file"), (b"PK\x03\x04..", "Save it as CSV"),
            (b"\x1f\x8b\x08", "compressed"), (b"SIMPLE  =   T", "FITS"), (b"%PDF-1.7", "PDF"),
            (b"<!DOCTYPE html><html>", "web page"), (b"a\0b\0\0\0c,,", "no text file"),
            (b"10.5,41.2\n11.5,42.2\n", "first line has to name the columns"),
            (b"# %ECSV 1.0\n# ---\n# datatype: [\nname\n", "ECSV"), (b",,\n1,2,3\n", "name the columns"),
            (b"[1, 2]", "no object"),
        ):
            with self.subTest(content), self.assertRaisesMessage(TableError, message):
                list(opened(content)[0].fitting())

    def test_a_header_that_grows_when_it_is_read_does_not(self):
        bomb = "# %ECSV 1.0\n# ---\n# a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
            f"# {name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
            for before, name in zip("abcdefgh", "bcdefghi", strict=True)
        )
        table, _, _ = opened(bomb + "# datatype:\n# - {name: n, datatype: string, unit: *i}\nn\nx\n")
        self.assertEqual(table.columns[0].unit, "")

    def test_a_line_without_an_end_is_told(self):
        with mock.patch.object(readers, "LONGEST_LINE", 1000), self.assertRaisesMessage(TableError, "Is this a table?"):
            list(opened("name,ra\n" + "x" * 2_500_000)[0].fitting())

    def test_a_large_file_is_read_line_by_line(self):
        class Endless(io.RawIOBase):
            """Says of itself how much was read."""

            def __init__(self):
                self.taken = 0

            def seekable(self):
                return True

            def seek(self, place, whence=0):
                self.taken = place
                return place

            def read(self, size=-1):
                self.taken += size
                block = b"Star,1,2\n" * (size // 9 + 1)
                return (b"name,ra,dec\n" + block if self.taken == size else block)[:size - size % 9 or size]

        stream = Endless()
        table = open_table(stream, encoding="utf-8")
        lines = table.fitting()
        for _ in range(1000):
            next(lines)
        self.assertLess(stream.taken, 4_000_000)
