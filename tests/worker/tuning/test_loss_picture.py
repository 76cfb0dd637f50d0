from __future__ import annotations

from worker.contract.pictures import check_png
from worker.tuning.learner import LossPoint
from worker.tuning.loss_picture import draw_loss, epoch_ends


def test_few_steps_and_many_give_a_whole_picture():
    for steps in (1, 4, 60):
        points = [LossPoint(step, step / 20, 1 / step) for step in range(1, steps + 1)]
        check_png("loss", draw_loss(points, "tuned:$mine: loss"))


def test_a_line_stands_between_two_epochs_and_nowhere_else():
    points = [LossPoint(step, step / 4, 0.5) for step in range(1, 13)]  # four steps an epoch
    assert epoch_ends(points) == [4, 8]
    thirds = [LossPoint(step, step / 3, 0.5) for step in range(1, 7)]
    assert epoch_ends(thirds) == [3]
