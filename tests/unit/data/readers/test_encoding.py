# ruff: noqa: RUF001 - letters of other scripts are the point
"""The encoding of a file without a mark is told by what its letters make sense as, and nothing is guessed from few."""

import pytest

from understudy.data.readers._encoding import encoding_of, is_mostly_utf8, likeliest

TEXTS = {
    "cp1251": "Иван Петров,Москва\nАнна Смирнова,Новосибирск\nСергей Кузнецов,Екатеринбург\n",
    "koi8_r": "Иван Петров,Москва\nАнна Смирнова,Новосибирск\nСергей Кузнецов,Екатеринбург\n",
    "cp1253": "Γιώργος Παπαδόπουλος,Αθήνα\nΜαρία Οικονόμου,Θεσσαλονίκη\n",
    "cp1255": "דוד כהן,תל אביב\nשרה לוי,ירושלים\nמשה מזרחי,חיפה\n",
    "cp932": "山田太郎,東京\nスズキ・イチロー,大阪\nさくら,なごや\n",
    "gb18030": "张伟,北京市朝阳区\n王芳,上海市浦东新区\n李娜,广州市天河区\n",
    "big5": "陳大文,台北市大安區\n林美玲,高雄市左營區\n黃志明,新竹市東區\n",
    "cp949": "김민수,서울특별시\n이영희,부산광역시\n박지성,수원시\n",
    "cp1250": "Łukasz Wójcik,Łódź\nMałgorzata Wiśniewska,Kraków\nZażółć gęślą jaźń,Gdańsk\n",
    "Czech": "Jiří Dvořák,Plzeň\nLukáš Růžička,Žďár\nTomáš Kučera,Děčín\n",
    "Hungarian": "Erdős György,Győr\nSzűcs Ödön,Pécs\nKovács József,Fertőd\n",
    "Turkish": "Ayşe Yılmaz,İstanbul\nÇağrı Şahin,Eskişehir\nGökçe Güneş,Muğla\n",
    "a few German words": "Größe;5 €\ngroß;7 €\nklein;9 €\ngroß;12 €\n",
    "cp1252": "José Muñoz,Málaga\nFrançois Lefèvre,Besançon\nJürgen Müller,Köln\nÅsa Öberg,Malmö\n",
}


@pytest.mark.parametrize("name", TEXTS)
def test_letters_are_read_as_they_were_written(name):
    encoding = {"Czech": "cp1250", "Hungarian": "cp1250", "a few German words": "cp1252", "Turkish": "cp1254"}.get(
        name, name
    )
    text = "name,city\n" + TEXTS[name] * 5
    assert text.encode(encoding).decode(encoding_of(text.encode(encoding))) == text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_what_is_unicode_is_never_taken_for_letters_of_one_byte(encoding):
    for text in ("a,b\n1,é\n", "имя,город\nИван,Москва\n" * 9, "a,b\n1,2\n"):
        assert text.encode(encoding).decode(encoding_of(text.encode(encoding))).removeprefix("\ufeff") == text


def test_too_few_letters_are_taken_for_western_ones():
    assert encoding_of("a,b\n1,é\n".encode("cp1252")) == "cp1252"
    assert encoding_of(b"a,b\n1,\x81\n") == "latin-1"


def test_a_letter_that_the_end_cuts_in_two_is_no_evidence():
    assert encoding_of("a,é".encode()[:-1]) == "utf-8"
    assert likeliest("a,é".encode()[:-1]) == "cp1252"


def test_a_wrong_byte_among_letters_of_utf_8_is_told_from_another_encoding():
    assert is_mostly_utf8("é".encode() * 50 + b"\xe9,")
    assert not is_mostly_utf8("é".encode() * 50)
    assert not is_mostly_utf8("José,Muñoz,Málaga".encode("cp1252") * 20)
