using System.Diagnostics;
using GpuOps.Bench.Measuring;
using GpuOps.Bench.Stores;

namespace GpuOps.Bench.Rows;

/// <summary>How soon the next in line runs, after the holder has begun to release.</summary>
internal static class HandOffRows
{
    private const int RoundsMeasured = 101;

    public static Row[] All { get; } = [.. Store.Kinds.Select(kind => new Row(
        $"handoff-{kind}", $"release → next waiter runs, two processes, {kind}", "the holder's own heartbeat, told and answered through a pipe",
        Bar.Figure, kind == "redis" ? 10 : 50, "ms", () => MeasureAsync(kind)) { Missing = Store.Missing(kind) })];

    private static async Task<Pair> MeasureAsync(string kind)
    {
        await using var store = await Store.OpenAsync(kind);
        await store.FillAsync(1);
        var log = Path.GetTempFileName();
        string[] arguments = [$"store={store.Contended}", "rounds=0", $"log={log}"];
        using Client first = Client.Start(arguments), second = Client.Start(arguments);
        await Task.WhenAll(first.HearAsync("ready"), second.HearAsync("ready"));
        var (holder, waiter) = (first, second);
        holder.Tell("go");
        await holder.HearAsync("granted");
        waiter.Tell("go");
        await waiter.HearAsync("waiting");
        var pair = await Pair.InTurnAsync(RoundsMeasured, PassOnAsync, BeatAsync);
        double[] own = [.. Times(log)];
        File.Delete(log);
        return pair with { Own = [.. own.TakeLast(RoundsMeasured)] };

        async Task<double> PassOnAsync()
        {
            holder.Tell("release");
            await waiter.HearAsync("granted");
            // Who released asks again at once, and waits.
            await holder.HearAsync("waiting");
            (holder, waiter) = (waiter, holder);
            return 0;
        }

        async Task<double> BeatAsync()
        {
            var start = Stopwatch.GetTimestamp();
            holder.Tell("beat");
            await holder.HearAsync("kept");
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
    }

    /// <summary>From each line that says "free" to the next that says "hold", by the machine's one clock.</summary>
    private static IEnumerable<double> Times(string log)
    {
        var events = File.ReadLines(log).Select(line => line.Split(' '))
            .Select(words => (What: words[0], At: long.Parse(words[2], CultureInfo.InvariantCulture)))
            .Where(it => it.What != "ask").OrderBy(it => it.At);
        long? freed = null;
        foreach (var (what, at) in events)
        {
            if (what == "hold" && freed is { } since)
                yield return Stopwatch.GetElapsedTime(since, at).TotalMilliseconds;
            freed = what == "free" ? at : null;
        }
    }
}
