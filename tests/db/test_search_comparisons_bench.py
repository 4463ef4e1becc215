"""The comparison's benchmark measures what it says, at a size that takes no time."""

from tests.benchmarks import comparing


async def test_every_size_stands_beside_its_limit(database):
    chapter = await comparing.measure(1, (10, 30))
    names = [pair.ours.name for pair in chapter.pairs]
    assert names[:4] == ["10 offers x 60 visits", "10 offers, not warm", "30 offers x 60 visits", "30 offers, not warm"]
    assert all(pair.ours.p50 > 0 and pair.ours.failed == 0 for pair in chapter.pairs)
    assert chapter.pairs[2].limit.p50 == 1.5
