namespace GpuOps.Contention;

/// <summary>The judge itself is judged: made-up logs of pools that did wrong are convicted.</summary>
public sealed class HoldingHistoryTests
{
    private static readonly string[] Fair =
    [
        "ask 1 10 a", "hold 1 11 a 1 0", "ask 2 12 b", "ask 3 13 c", "free 1 20 a", "hold 2 21 b 2 0", "free 2 30 b", "hold 3 31 c 3 0",
    ];

    private static readonly (long, IReadOnlyList<string>)[] Line = [(15, ["b", "c"])];

    [Fact]
    public void A_fair_history_is_not_convicted()
    {
        var history = new HoldingHistory(Fair, new Dictionary<int, long>(), 40);
        Assert.Equal(3, history.Granted.Count);
        Assert.Empty(history.DoubleBookings());
        Assert.Empty(history.FallingNumbers());
        Assert.Empty(history.Overtakings(Line));
    }

    [Fact]
    public void A_gpu_held_twice_is_convicted()
    {
        string[] log = ["ask 1 10 a", "hold 1 11 a 1 0,1", "ask 2 12 b", "hold 2 19 b 2 1", "free 1 20 a"];
        Assert.Single(new HoldingHistory(log, new Dictionary<int, long>(), 40).DoubleBookings());
    }

    [Fact]
    public void A_long_holding_is_compared_with_all_that_begin_within_it()
    {
        string[] log = ["ask 1 1 a", "hold 1 2 a 1 0", "free 1 90 a", "ask 2 3 b", "hold 2 4 b 2 0", "free 2 5 b", "ask 3 6 c", "hold 3 7 c 3 0"];
        Assert.Equal(2, new HoldingHistory(log, new Dictionary<int, long>(), 99).DoubleBookings().Count());
    }

    [Fact]
    public void What_a_killed_process_held_ends_when_it_was_killed()
    {
        string[] log = ["ask 1 10 a", "hold 1 11 a 1 0", "ask 2 12 b", "hold 2 19 b 2 0"];
        Assert.Single(new HoldingHistory(log, new Dictionary<int, long>(), 40).DoubleBookings());
        Assert.Single(new HoldingHistory(log, new Dictionary<int, long> { [1] = 20 }, 40).DoubleBookings());
        Assert.Empty(new HoldingHistory(log, new Dictionary<int, long> { [1] = 18 }, 40).DoubleBookings());
    }

    [Fact]
    public void Whoever_passes_those_in_line_is_convicted()
    {
        var swapped = Fair.Select(line => line.Replace("b 2 0", "b 9 0", StringComparison.Ordinal));
        Assert.Single(new HoldingHistory(swapped, new Dictionary<int, long>(), 40).Overtakings(Line));
    }

    [Fact]
    public void A_newcomer_that_is_served_first_is_convicted()
    {
        string[] log = [.. Fair, "ask 4 16 d", "hold 4 17 d 2 1"];
        var late = log.Select(line => line.Replace("b 2 0", "b 4 0", StringComparison.Ordinal).Replace("c 3 0", "c 5 0", StringComparison.Ordinal));
        Assert.Single(new HoldingHistory(late, new Dictionary<int, long>(), 40).Overtakings(Line));
    }

    [Fact]
    public void A_number_that_falls_is_convicted()
    {
        var falling = Fair.Select(line => line.Replace("c 3 0", "c 1 0", StringComparison.Ordinal));
        Assert.Single(new HoldingHistory(falling, new Dictionary<int, long>(), 40).FallingNumbers());
    }
}
