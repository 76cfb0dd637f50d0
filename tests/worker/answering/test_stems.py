from worker.answering.stems import is_japanese, stems_of


def test_forms_of_a_word_have_one_stem():
    for forms in ("found founded founding", "metre meters metres", "poem poems", "mill mill's"):
        assert len(stems_of(forms.replace("found ", "founder "))) == 1, forms


def test_small_words_numbers_and_words_that_point_at_a_passage_have_none():
    assert stems_of("This information is stated in passage 3, at 10.55 or in 1849.") == frozenset()


def test_japanese_counts_by_katakana_words_and_pairs_of_kanji():
    stems = stems_of("ブリンドルブの漁業組合です")
    assert stems == {"ブリンドルブ", "漁業", "業組", "組合"}
    assert all(map(is_japanese, stems))
