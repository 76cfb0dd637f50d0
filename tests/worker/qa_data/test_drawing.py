from worker.qa_data.drawing import drawn_order

NAMES = [f"{number}.txt" for number in range(20)]


def test_a_seed_draws_the_same_order_however_the_names_come():
    assert drawn_order(NAMES, 1) == drawn_order(reversed(NAMES), 1)


def test_another_seed_draws_another_order():
    assert drawn_order(NAMES, 1) != drawn_order(NAMES, 2)


def test_a_new_name_moves_none_of_the_others():
    with_another = drawn_order([*NAMES, "new.txt"], 1)
    assert [name for name in with_another if name != "new.txt"] == drawn_order(NAMES, 1)


def test_the_order_is_the_same_on_every_machine():
    assert drawn_order(["a", "b", "c", "d"], 1) == ["d", "b", "c", "a"]


def test_a_name_with_half_a_character_is_drawn_like_any_other():
    assert len(drawn_order(["\ud83d", "b"], 1)) == 2
