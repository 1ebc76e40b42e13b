"""A CSV file as rows: headers, lines, and everything that can be wrong with it; and the rejects file."""

from __future__ import annotations

import io
import stat
from pathlib import Path

import pytest

from pg_drip.errors import InvalidInputError, PgDripError
from pg_drip.imports.header import MappingError, match_columns
from pg_drip.imports.reader import LONGEST_LINE, MOST_COLUMNS, BrokenFileError, CsvFile, open_csv
from pg_drip.imports.rejects import SHOWN, RejectsFile


def read(content: str | bytes, delimiter: str = ",") -> CsvFile:
    return CsvFile(io.BytesIO(content.encode() if isinstance(content, str) else content), delimiter)


def broken(content: str | bytes) -> str:
    with pytest.raises(BrokenFileError) as error:
        list(read(content).rows())
    assert error.value.hint
    return str(error.value)


# ---------------------------------------------------------------- rows and their lines


def test_each_row_has_the_line_where_it_begins() -> None:
    file = read('name,phone\nAnn,1\n\n"two\nlines",2\r\n"with ""quotes"", and, commas",3\n\n\nlast,4')
    assert file.header == ["name", "phone"]
    expected = [
        (2, ["Ann", "1"]),
        (4, ["two\nlines", "2"]),
        (6, ['with "quotes", and, commas', "3"]),
        (9, ["last", "4"]),
    ]
    assert list(file.rows()) == expected
    # And again: rows that the database refuses are looked up.
    assert list(file.rows()) == expected


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_in_any_way(end: str) -> None:
    file = read(end.join(["name,phone", "Ann,1", "Bob,2", ""]))
    assert list(file.rows()) == [(2, ["Ann", "1"]), (3, ["Bob", "2"])]


def test_a_byte_order_mark_is_no_part_of_the_first_name() -> None:
    assert read(b"\xef\xbb\xbfphone,email\n1,2\n").header == ["phone", "email"]
    # A file of Excel in which the first name is in quotes.
    assert read(b'\xef\xbb\xbf"phone",email\n1,2\n').header == ["phone", "email"]


def test_a_header_alone_has_no_rows() -> None:
    for content in ("phone", "phone\n", "\n\nphone\n\n"):
        file = read(content)
        assert (file.header, list(file.rows())) == (["phone"], [])


def test_rows_of_any_width_come_as_they_are() -> None:
    assert [row for _, row in read("a,b\n1\n1,2,3\n,\n").rows()] == [["1"], ["1", "2", "3"], ["", ""]]


def test_another_delimiter() -> None:
    file = read("phone;email\n1;a,b\n", ";")
    assert (file.header, list(file.rows())) == (["phone", "email"], [(2, ["1", "a,b"])])


def test_a_file_says_how_far_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("phone\n1\n")
    with open_csv(path) as file:
        assert list(file.rows()) == [(2, ["1"])]
        assert file.bytes_read == file.size == 8


# ---------------------------------------------------------------- what breaks a file


@pytest.mark.parametrize("content", ["", "\n\n", b"\xef\xbb\xbf"])
def test_an_empty_file(content: str | bytes) -> None:
    assert "is empty" in broken(content)


@pytest.mark.parametrize("before", [0, 1, 3000, 90_000])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_is_not_utf8_is_named_with_its_line(before: int, end: str) -> None:
    good = f"Ann,+12025550142{end}" * before
    message = broken(f"name,phone{end}{good}".encode() + b"Ren\xe9,+12025550143\n" + good.encode())
    assert f"line {before + 2:,} is not UTF-8" in message
    assert "0xe9" in message
    assert "UTF-8" in message.split(".", 1)[1]


def test_a_character_that_the_end_cuts_off_is_not_utf8() -> None:
    assert "line 3 is not UTF-8" in broken("name,phone\nAnn,1\nRené".encode()[:-1])


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16(encoding: str) -> None:
    assert "UTF-16" in broken("name,phone\nAnn,1\n".encode(encoding))


def test_a_quote_that_never_closes_is_named_with_the_line_where_its_row_begins() -> None:
    assert "line 3 has a quote that never closes" in broken('a,b\n1,2\n"3,4\n5,6\n')
    # Closed by the next one's first quote.
    assert "line 3 has a quote that closes in the middle" in broken('a,b\n1,2\n"3,4\n"5",6\n')
    many = "5,6\n" * 100_000
    message = broken(f'a,b\n1,2\n"3,4\n{many}')
    assert "line 3 has a field of more than 131,072 characters, as when a quote never closes" in message
    assert "line 1 has a quote that never closes" in broken('a,"b\n1,2\n')


def test_a_line_without_an_end() -> None:
    assert "line 2 is longer than" in broken("a,b\n" + "x," * LONGEST_LINE)
    assert "line 1 is longer than" in broken(b"x" * (LONGEST_LINE + 1))


def test_ten_thousand_columns() -> None:
    header = ",".join(f"column {number}" for number in range(10_000))
    assert f"10,000 columns, more than {MOST_COLUMNS:,}" in broken(f"{header}\n")
    at_most = read(",".join(f"column {number}" for number in range(MOST_COLUMNS)))
    assert len(at_most.header) == MOST_COLUMNS


@pytest.mark.parametrize(("character", "name"), [(";", "';'"), ("\t", "tab"), ("|", "'|'")])
def test_another_delimiter_is_named(character: str, name: str) -> None:
    assert f"--delimiter {name}" in broken(character.join(["phone", "email"]) + "\n")


# ---------------------------------------------------------------- columns


def test_columns_are_named_in_many_ways() -> None:
    header = [
        "First Name",
        "last-name",
        " PHONE ",
        "E-Mail",
        "TimeZone",
        "currentMessagePosition",
        "Booked_At",
        "Opted  out",
    ]
    columns = match_columns([*header, "Shoe size", "", "phones", "enrolledAt"])
    assert list(columns.places) == [
        *(
            "first_name",
            "last_name",
            "phone",
            "email",
            "timezone",
            "current_message_position",
            "booked_at",
            "opted_out",
        ),
        "enrolled_at",
    ]
    assert list(columns.places.values()) == [*range(8), 11]
    assert columns.ignored == ["Shoe size", "(column 10)", "phones"]


def test_a_mapping_goes_first() -> None:
    header = ["phone", "Mobile number", "email"]
    columns = match_columns(header, [("mobile NUMBER", "phone")])
    assert columns.places == {"phone": 1, "email": 2}
    assert columns.ignored == ["phone"]
    assert match_columns(["y", "phone"], [("y", "bookedAt")]).places == {"booked_at": 0, "phone": 1}
    # The name as it stands goes before one that is only like it.
    assert match_columns(["Y", "y", "phone"], [("y", "booked_at")]).places == {"booked_at": 1, "phone": 2}


@pytest.mark.parametrize(
    ("header", "mapping", "message"),
    [
        (["phone"], [("phone", "fone")], "no field 'fone'"),
        (["phone"], [("phone", "fone")], "current_message_position, booked_at"),
        (["phone", "y"], [("z", "booked_at")], "no column 'z'; there are 'phone', 'y'"),
        (["phone", "y", "z"], [("y", "booked_at"), ("z", "booked_at")], "two columns are mapped to booked_at"),
        (["phone", "y", "y"], [("y", "booked_at")], "2 columns named 'y'"),
        (["phone", "Phone"], [], "two columns are phone: 'phone' and 'Phone'"),
        (["name", "city"], [], "no column is phone or email; there are 'name', 'city'"),
        ([f"c{n}" for n in range(100)], [], "and 70 more"),
    ],
)
def test_columns_that_cannot_be_matched(header: list[str], mapping: list[tuple[str, str]], message: str) -> None:
    with pytest.raises(MappingError) as error:
        match_columns(header, mapping)
    assert message in str(error.value)


def test_names_that_are_there_twice_do_no_harm_where_nobody_asks_for_them() -> None:
    assert match_columns(["phone", "note", "note", "", ""]).places == {"phone": 0}


# ---------------------------------------------------------------- rejects


def test_rejects_are_put_in_place_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "leads.rejects.csv"
    path.write_text("line,reason,old\n")
    with RejectsFile(path, ["name", "phone"]) as rejects:
        rejects.add(3, "phone has letters", ['Ann "A"', "x\ny"])
        rejects.add(7, "it has 3 fields, the header has 2", ["a", "b", "c\0"])
        assert path.read_text() == "line,reason,old\n"
        assert rejects.save() == path
    assert path.read_bytes() == (
        b'line,reason,name,phone\n3,phone has letters,"Ann ""A""","x\ny"\n7,"it has 3 fields, the header has 2",a,b,c\0\n'
    )
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_an_import_that_breaks_off_leaves_no_rejects(tmp_path: Path) -> None:
    path = tmp_path / "leads.rejects.csv"
    path.write_text("line,reason,old\n")
    with RejectsFile(path, ["phone"]) as rejects:
        rejects.add(3, "phone has letters", ["x"])
        assert len(list(tmp_path.iterdir())) == 2
    assert path.read_text() == "line,reason,old\n"
    assert list(tmp_path.iterdir()) == [path]


def test_no_rejects_leave_no_file(tmp_path: Path) -> None:
    path = tmp_path / "leads.rejects.csv"
    for content, remains in ((None, False), ("line,reason,phone\n3,bad,x\n", False), ("something else\n", True)):
        if content:
            path.write_text(content)
        with RejectsFile(path, ["phone"]) as rejects:
            assert rejects.save() is None
        # Only a rejects file is taken away.
        assert path.exists() is remains


def test_a_mended_rejects_file_gives_its_own_columns_once(tmp_path: Path) -> None:
    header = ["line", "reason", "phone", "line"]
    assert match_columns(header) == ({"phone": 2}, ["line"])
    with RejectsFile(tmp_path / "r.csv", header) as rejects:
        rejects.add(2, "phone has letters", ["17", "phone is no phone number", "x", "L"])
        rejects.save()
    assert (tmp_path / "r.csv").read_text() == "line,reason,phone,line\n2,phone has letters,x,L\n"


def test_only_the_first_rejects_are_shown_and_all_are_counted() -> None:
    with RejectsFile(None, ["phone"]) as rejects:
        for line in range(2, 102):
            rejects.add(line, "phone has letters", ["x"])
        assert rejects.save() is None
    assert rejects.count == 100
    assert [row.line for row in rejects.shown] == list(range(2, 2 + SHOWN))


def test_a_path_that_takes_no_rejects(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="is no file"):
        RejectsFile(Path("/dev/null"), ["phone"])
    with (
        RejectsFile(tmp_path / "missing" / "r.csv", ["phone"]) as rejects,
        pytest.raises(PgDripError, match="--rejects"),
    ):
        rejects.add(2, "phone has letters", ["x"])


def test_rejects_by_a_link_go_to_its_target(tmp_path: Path) -> None:
    (tmp_path / "link.csv").symlink_to(tmp_path / "target.csv")
    with RejectsFile(tmp_path / "link.csv", ["phone"]) as rejects:
        rejects.add(2, "phone has letters", ["x"])
        rejects.save()
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "target.csv").exists()
