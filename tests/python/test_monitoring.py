import pilling
from prometheus_client.parser import text_string_to_metric_families


def samples(engine):
    """Every sample of the metrics, as the official client reads them: {name: {labels: value}}."""
    found = {}
    for family in text_string_to_metric_families(engine.metrics_text()):
        assert family.documentation
        assert family.type in ("counter", "gauge", "histogram")
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sorted(sample.labels.items()))] = sample.value
    return found


def test_metrics_are_what_the_official_client_reads(engine):
    engine.search("새봄")
    engine.search("새봄")
    engine.summarize("900000001")

    metrics = samples(engine)

    assert metrics["pilling_medicines"][()] == 5
    assert metrics["pilling_cache_hits_total"][(("cache", "answers"),)] == 1
    assert metrics["pilling_cache_misses_total"][(("cache", "answers"),)] == 1
    assert metrics["pilling_call_seconds_count"][(("operation", "search"),)] == 2
    assert (("cache", "summaries"),) in metrics["pilling_cache_loads_total"]
    assert all(value >= 0 for family in metrics.values() for value in family.values())


def test_every_histogram_counts_upwards_to_its_count(engine):
    for _ in range(20):
        engine.search("새봄")

    metrics = samples(engine)

    histograms = [name.removesuffix("_bucket") for name in metrics if name.endswith("_bucket")]
    assert "pilling_call_seconds" in histograms
    for name in histograms:
        series = {}
        for labels, value in metrics[name + "_bucket"].items():
            bound = float(dict(labels)["le"])
            series.setdefault(tuple(label for label in labels if label[0] != "le"), []).append((bound, value))
        for labels, buckets in series.items():
            counts = [value for _, value in sorted(buckets)]
            assert counts == sorted(counts)
            assert sorted(buckets)[-1] == (float("inf"), metrics[name + "_count"][labels])


def test_names_of_files_cannot_spoil_the_metrics(tmp_path, medicine_file):
    with pilling.Engine(tmp_path / 'a "quoted" \\ name.db') as engine:
        engine.import_medicines(medicine_file)
        tiers = samples(engine)["pilling_tier_hits_total"]

    assert any('a "quoted" \\ name.db' in dict(labels)["tier"] for labels in tiers)


def test_stats_tell_of_tiers_and_models(engine):
    stats = engine.stats()

    assert stats.summaries.name == "summaries"
    assert stats.look_ups.name == "look-ups"
    assert [tier.is_resting for tier in stats.summaries.tiers] == [False]
    assert stats.model.dollars_spent == 0


def test_spans_are_told_from_beginning_to_end(database, medicine_file):
    begun = []
    ended = []

    def on_span(name):
        begun.append(name)
        return lambda seconds, failed: ended.append((name, seconds >= 0, failed))

    with pilling.Engine(database, on_span=on_span) as engine:
        engine.import_medicines(medicine_file)
        engine.search("새봄")
        try:
            engine.search("새봄", limit=0)
        except pilling.InvalidArgument:
            pass

    assert begun[-2:] == ["pilling.search", "pilling.search"]
    assert ("pilling.import_medicines", True, False) in ended
    assert ended[-2:] == [("pilling.search", True, False), ("pilling.search", True, True)]


def test_a_span_may_be_of_no_interest(database, medicine_file):
    with pilling.Engine(database, on_span=lambda name: None) as engine:
        engine.import_medicines(medicine_file)
        assert engine.search("새봄")
