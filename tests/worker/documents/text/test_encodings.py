"""Text of any encoding comes out right."""

from __future__ import annotations

import codecs

import pytest

from worker.documents.text.encodings import decode
from worker.errors import DocumentError

ENGLISH = "The rain fell.\nIt fell all night.\n"
JAPANESE = "日本の映画は静かに始まる。\n雨が降り、カメラは動かない。\n"
FRENCH = "Le café où François a dîné l'été dernier était déjà fermé à Noël.\n"


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
    ],
    ids=["utf-8", "utf-8 marked", "le marked", "be marked", "le unmarked", "be unmarked"],
)
def test_unicode_files_are_read_with_and_without_a_mark(encoding: str, mark: bytes) -> None:
    for text in (ENGLISH, JAPANESE, FRENCH):
        assert decode(mark + text.encode(encoding), "file.txt").text == text


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp"])
def test_a_shift_jis_or_euc_file_is_read_as_japanese(encoding: str) -> None:
    for text in (JAPANESE, "メモ\n", "BRICS は2009年に始まった。", "雨が降る。" * 400):
        assert decode(text.encode(encoding), "file.txt").text == text


@pytest.mark.parametrize(
    "text",
    [
        FRENCH,
        "L’économie française — « les pays émergents » — a été bouleversée. " * 20,
        "café",
        "Die Straße führt über die Brücke.",
        "¿Qué pasó en España el año pasado?",
        "Questões de ação: não há solução.",
        "Många länder i Norden är små.",
    ],
    ids=["French", "French, long", "one word", "German", "Spanish", "Portuguese", "Swedish"],
)
def test_an_accented_western_file_is_not_read_as_something_else(text: str) -> None:
    assert decode(text.encode("cp1252"), "file.txt").text == text


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1251", "Экономика стран БРИКС растёт быстрее остальных."),
        ("cp1250", "Příliš žluťoučký kůň úpěl ďábelské ódy."),
        ("cp1250", "Wieś była cicha, a żółte światło padało na łąkę."),
        ("cp1250", "Az erdő fölött köd ült, a gyűlés véget ért."),
        ("cp1253", "Η οικονομία των χωρών μεγαλώνει."),
        ("cp1254", "Ülkelerin ekonomisi hızla büyüyor, ışık söndü, değil şimdi."),
    ],
    ids=["Russian", "Czech", "Polish", "Hungarian", "Greek", "Turkish"],
)
def test_other_european_files_are_not_taken_for_western(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding), "file.txt").text == text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"one\r\ntwo\r\n", "one\ntwo\n"),
        (b"one\rtwo\r", "one\ntwo\n"),
        (b"one\n\r\ntwo", "one\n\ntwo"),
        ("雨\r\n雪".encode("utf-16"), "雨\n雪"),
        ("雨が\r\n降る".encode("cp932"), "雨が\n降る"),
    ],
    ids=["Windows", "old Macintosh", "mixed", "utf-16", "Shift-JIS"],
)
def test_lines_end_in_line_feeds_alone(data: bytes, text: str) -> None:
    assert decode(data, "file.txt").text == text


def test_old_japanese_mail_is_read_as_japanese():
    assert (
        decode("赤いやかん、と静けさ".encode("iso2022_jp"), "mail.txt").text
        == "赤いやかん、と静けさ"
    )


def test_old_korean_mail_is_read_as_korean():
    decoded = decode("비가 밤새 내렸다.\n항구에는 배가 없었다.\n".encode("iso2022_kr"), "mail.txt")
    assert decoded.text == "비가 밤새 내렸다.\n항구에는 배가 없었다.\n"
    assert decoded.read_as == ("ISO-2022-KR (by its escape codes)",)


@pytest.mark.parametrize("label", ["", "iso-2022-jp"])
def test_a_bad_place_in_old_japanese_mail_is_lost_alone(label: str) -> None:
    good = "灯台守の日誌\n霧が深く、鐘を鳴らした。\n".encode("iso2022_jp")
    decoded = decode(good.replace(b"\x1b$BL8", b"\x1b$BL "), "mail.txt", label)
    assert decoded.text == "灯台守の日誌\n�が深く、鐘を鳴らした。\n"
    (lost,) = decoded.lost
    assert "in line 2." in lost


def test_a_bad_place_in_old_korean_mail_is_lost_alone() -> None:
    good = "비가 밤새 내렸다.\n항구에는 배가 없었다.\n".encode("iso2022_kr")
    bad = good.replace(b"\x0e9c;u", b"\x0e9c; ")
    assert decode(bad, "mail.txt").text == "비가 밤� 내렸다.\n항구에는 배가 없었다.\n"


def test_an_escape_code_alone_makes_no_japanese_of_english() -> None:
    text = "The bell rang\x1b$B all night, & the fog lay low.\n"
    assert decode(text.encode(), "log.txt").text == text


NAMES = (
    "Name,Dept,Amount\n山田太郎,営業部,1200\n佐藤花子,経理部,800\n鈴木一郎,総務部,950\n",
    "Name,City\n高橋健,大阪市\n",
    "id,place,prefecture\n1,札幌,北海道\n2,横浜,神奈川県\n",
    "Employee,Section\n渡部雅彦,資材課\n",
    "見積書\n",
    "The report was written by 山本 in 2004 and sent to the board.\n",
)


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp", "iso2022_jp"])
@pytest.mark.parametrize("text", NAMES)
def test_names_in_kanji_are_japanese_without_any_kana(encoding: str, text: str) -> None:
    decoded = decode(text.encode(encoding), "names.csv")
    assert decoded.text == text
    assert decoded.read_as[0].startswith(("Shift_JIS (", "EUC-JP (", "ISO-2022-JP ("))


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp932", "Name,Kana\n山田太郎,ﾔﾏﾀﾞ ﾀﾛｳ\n佐藤花子,ｻﾄｳ ﾊﾅｺ\n"),
        ("euc_jp", "Name,Kana\n山田太郎,ﾔﾏﾀﾞ ﾀﾛｳ\n佐藤花子,ｻﾄｳ ﾊﾅｺ\n"),
        ("iso2022_jp_ext", "ﾔﾏﾀﾞ ﾀﾛｳ"),
        ("cp932", "Account,Holder\n1234567,ﾔﾏﾀﾞ ﾀﾛｳ\n7654321,ｽｽﾞｷ ﾊﾅｺ\n"),
        ("cp932", "Part,ﾒｰｶｰ,Qty\nﾎﾞﾙﾄ,ﾅｶﾞｵｶ,20\n"),
        ("cp932", "No,項目\n①,資本金\n㈱,会社名\n"),
        ("euc_jis_2004", "No,項目\n①,資本金\n㈱,会社名\n"),
        ("cp932", "Name,Note\n髙橋恵,済\n﨑山隆,未済\n"),
        ("cp932", "Date,Amount\n２００４年,１２００円\n"),
    ],
)
def test_what_japanese_offices_write_besides_kana_and_kanji_is_read(encoding: str, text: str):
    assert decode(text.encode(encoding), "list.csv").text == text


@pytest.mark.parametrize(
    ("encodings", "text"),
    [
        (("cp949",), "Name,Dept\n김철수,영업부\n이영희,경리부\n"),
        (("cp949",), "견적서\n"),
        (("cp949",), "비가 밤새 내렸다. 항구에는 배가 없었다.\n"),
        (("gb18030",), "Name,Dept\n王小明,销售部\n李红,财务部\n"),
        (("gb18030",), "报价单\n"),
        (("big5",), "Name,Dept\n王小明,銷售部\n李紅,財務部\n"),
        (("big5",), "昨夜下了一整夜的雨，港口裡沒有船。\n"),
        (("cp1251", "koi8-r", "cp866"), "Name,City\nИван Петров,Москва\nАнна Смирнова,Казань\n"),
        (("cp1251", "koi8-r"), "Смета\n"),
        (("mac_cyrillic", "cp855"), "Name,City\nИван Петров,Москва\nАнна Смирнова,Казань\n"),
        (("cp1251", "koi8-u"), "Усю ніч ішов дощ, і в порту не було кораблів.\n"),
        (("cp1253", "iso8859-7"), "Name,City\nΓιώργος Παππάς,Αθήνα\nΜαρία Νικολάου,Πάτρα\n"),
        (("cp1250", "iso8859-2"), "Name,City\nJiří Dvořák,Plzeň\nŽaneta Součková,Třebíč\n"),
        (("cp1250", "iso8859-2"), "Pracownik;Dział\nWiśniewski;Zaopatrzenie\nWójcik;Księgowość\n"),
        (("cp1254",), "Name,City\nAyşe Yıldız,İstanbul\nMehmet Öztürk,Eskişehir\n"),
        (("cp1252", "mac_roman", "cp850"), "Salarié;Service\nLefèvre;Achats\nGérard;Paie\n"),
        (("mac_roman",), "Élève;Matière\nHélène;Français\nÇelik;Géométrie\n"),
        (("cp1252", "cp850"), "Mitarbeiter;Abteilung\nMüller;Einkauf\nSchröder;Buchführung\n"),
        (("cp1252",), "It’s 20° — “mild”, they said… £30, ½ price.\n"),
        (("cp1252",), "© 2004 Harbour Office\n"),
        (("cp1252",), "Það rigndi alla nóttina og engin skip voru í höfninni.\n"),
        (("cp1255",), "כל הלילה ירד גשם ובנמל לא היו אוניות.\n"),
        (("cp1256", "iso8859-6"), "هطل المطر طوال الليل ولم تكن في الميناء سفن.\n"),
        (("cp874",), "ฝนตกทั้งคืน และไม่มีเรืออยู่ในท่าเรือ\n"),
        (("cp874",), "สวัสดีครับ วันนี้อากาศดีมาก\n" * 6),
        (("cp1257",), "Visą naktį lijo, o uoste nebuvo jokių laivų.\n"),
    ],
)  # fmt: skip
def test_a_short_list_is_read_in_its_own_language(encodings: tuple[str, ...], text: str) -> None:
    for encoding in encodings:
        assert decode(text.encode(encoding), "list.csv").text == text


@pytest.mark.parametrize(
    ("label", "encoding", "text", "shown"),
    [
        ("iso-8859-1", "cp1252", "“we’ll pay €500 – no more”", "windows-1252 (as labelled)"),
        ("US-ASCII", "cp1252", "‘quoted’", "windows-1252 (as labelled)"),
        ("Shift_JIS", "cp932", "①㈱髙橋", "Shift_JIS (as labelled)"),
        ("x-sjis", "cp932", "①㈱髙橋", "Shift_JIS (as labelled)"),
        ("euc-kr", "cp949", "똠방각하", "EUC-KR (as labelled)"),
        ("gb2312", "gb18030", "朱镕基", "GB18030 (as labelled)"),
        ("iso-8859-9", "cp1254", "“ışık”", "windows-1254 (as labelled)"),
        ("iso88592", "iso8859-2", "źródło", "ISO-8859-2 (as labelled)"),
    ],
)
def test_a_label_is_read_as_browsers_read_it(label: str, encoding: str, text: str, shown: str):
    decoded = decode(text.encode(encoding), "page.html", label)
    assert (decoded.text, decoded.read_as) == (text, (shown,))


@pytest.mark.parametrize(
    ("data", "label", "text", "shown"),
    [
        (codecs.BOM_UTF8 + "café".encode(), "iso-8859-1", "café", ()),
        ("café".encode(), "iso-8859-1", "café", ("UTF-8 (labelled iso-8859-1)",)),
        ("café".encode("cp1252"), "utf-8", "café", ("windows-1252 (guessed; labelled utf-8)",)),
        (b"rain", "utf-16", "rain", ()),
        ("雨が降る".encode("cp932"), "none-such", "雨が降る",
         ("Shift_JIS (guessed; labelled none-such)",)),
    ],
    ids=["mark", "utf-8 all the same", "not utf-8", "readable", "unknown"],
)  # fmt: skip
def test_a_label_that_cannot_be_right_is_not_believed(data, label, text, shown):
    decoded = decode(data, "page.html", label)
    assert (decoded.text, decoded.read_as) == (text, shown)


@pytest.mark.parametrize("label", ["base64", "unicode_escape", "utf-7", "rot13", "x" * 300, "\0"])
def test_a_label_names_an_encoding_of_text_or_nothing(label: str) -> None:
    assert decode(b"a+AGI-\\x41", "page.html", label).text == "a+AGI-\\x41"


RAINY = "雨が降る。\n" * 30 + "The café’s résumé — “good”.\n" * 30


@pytest.mark.parametrize(
    ("data", "text", "place"),
    [
        (b"ab\n" + RAINY.encode() + b"\xe6\xa4" + "査員".encode(), f"ab\n{RAINY}\ufffd査員", 62),
        (RAINY.encode() + b"caf\xc3", RAINY + "caf\ufffd", 61),
        (RAINY.encode() + b"\xe9t\xe9", RAINY + "\ufffdt\ufffd", 61),
        ("“Good”, she said".encode()[:-1] + b"\xc3", "“Good”, she sai\ufffd", 1),
        (b"one\r\ntwo " * 200 + b"\x00three", "one\ntwo " * 200 + "\ufffdthree", 201),
    ],
    ids=["a byte is missing", "cut", "two", "cut, little text", "a zero byte"],
)
def test_one_bad_byte_loses_that_byte_alone(data: bytes, text: str, place: int) -> None:
    decoded = decode(data, "file.txt")
    assert decoded.text == text
    (sentence,) = decoded.lost
    assert "because the bytes there are no UTF-8" in sentence
    assert f"line {place} (byte " in sentence


def test_the_place_of_a_bad_byte_is_that_of_a_hex_editor():
    data = RAINY.encode() + b"\xff"
    assert f"(byte {len(data)} of the file)" in decode(data, "file.txt").lost[0]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("山田太郎の雨が降る".encode("cp932")[:-1], "山田太郎の雨が降\ufffd"),
        ("雨が降る。".encode("euc_jp") * 9 + b"\xa4", "雨が降る。" * 9 + "\ufffd"),
        ("비가 밤새 내렸다. ".encode("cp949") * 9 + b"\xff", "비가 밤새 내렸다. " * 9 + "\ufffd"),
        (codecs.BOM_UTF16_LE + "雨が".encode("utf-16-le") + b"x", "雨が\ufffd"),
        ("rain".encode("utf-16-le") + b"x", "rain\ufffd"),
        (codecs.BOM_UTF16_LE + b"a\x00\x00\xd8b\x00", "a\ufffdb"),
    ],
    ids=["Shift-JIS", "EUC-JP", "EUC-KR", "UTF-16", "UTF-16 unmarked", "half a pair"],
)
def test_a_bad_byte_is_lost_alone_in_other_encodings_too(data: bytes, text: str) -> None:
    decoded = decode(data, "file.txt")
    assert decoded.text == text
    assert len(decoded.lost) == 1


def test_many_bad_places_are_counted_and_the_first_ones_named():
    data = (RAINY.encode() + b"\xe9 ") * 9
    (sentence,) = decode(data, "file.txt").lost
    assert sentence.startswith("9 characters cannot be read")
    assert "the first of them in line 61 (" in sentence
    assert sentence.count("line") == 3


def test_too_many_bad_bytes_mean_another_encoding():
    text = "Où est le café ? À l’hôtel, près d’ici. " * 3
    assert decode(text.encode("cp1252") + "é".encode(), "file.txt").text == text + "Ã©"


def test_a_file_in_utf_32_is_read():
    for encoding in ("utf-32", "utf-32-le", "utf-32-be"):
        assert decode("rain\n雨".encode(encoding), "file.txt").text == "rain\n雨"


def test_plain_utf_8_has_nothing_to_tell():
    decoded = decode(RAINY.encode(), "file.txt")
    assert (decoded.read_as, decoded.lost) == ((), ())


def test_the_sign_with_which_dos_ended_a_file_is_no_text():
    assert decode("山田\x1a".encode("cp932"), "file.txt").text == "山田"


def test_noise_is_no_text():
    noise = bytes((n * n * 31 + n * 7) % 251 + 1 for n in range(4000))
    with pytest.raises(DocumentError, match="is not text"):
        decode(noise, "noise.txt")


def test_a_mark_does_not_make_text_of_noise():
    noise = bytes((n * n * 31 + n * 7) % 251 + 1 for n in range(4000))
    with pytest.raises(DocumentError, match="is not text"):
        decode(codecs.BOM_UTF16_LE + noise, "noise.txt")


def test_a_bad_byte_below_a_mark_is_counted_from_the_mark():
    decoded = decode(codecs.BOM_UTF8 + "雨が".encode() + b"\xff", "file.txt")
    assert decoded.text == "雨が\ufffd"
    assert decoded.lost == (
        "1 character cannot be read, because the bytes there are no UTF-8: in line 1 (byte 10 of "
        "the file).",
    )
