using System.Management.Automation.Runspaces;
using System.Reflection;
using GpuOps.Bench.Measuring;
using GpuOps.Bench.Stores;

namespace GpuOps.Bench.Rows;

/// <summary>A session that holds very many reservations.</summary>
internal static class HeldRows
{
    private const int Reservations = 1_000, Beats = 5;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    public static Row[] All { get; } = [.. Store.Kinds.Select(kind => new Row(
        $"held-1000-{kind}", $"steps of the store a heartbeat, {Reservations} reservations in one session with one background runspace, {kind}",
        "one reservation", Bar.Ratio, 1, "", () => MeasureAsync(kind)) { Missing = Store.Missing(kind) })];

    private static async Task<Pair> MeasureAsync(string kind)
    {
        var folder = Directory.CreateTempSubdirectory("gpuops-bench-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "gpuops.yaml"), $"heartbeat:\n  interval: {Interval.TotalSeconds}s\n");
        await using var store = await Store.OpenAsync(kind);
        using var session = new Session(store.Backend, folder);
        session.Run($"Initialize-GpuPool -Count {Reservations} | Out-Null; $held = @(Request-GpuReservation)");
        var one = await CountAsync(store);
        session.Run($"$held += 2..{Reservations} | ForEach-Object {{ Request-GpuReservation }}");
        var all = await CountAsync(store);
        if (CountRunspaces() != 1)
            throw new InvalidOperationException("There is more than one background runspace.");
        session.Run("$held | Remove-GpuReservation -Confirm:$false");
        Directory.Delete(folder, recursive: true);
        return new Pair([all], [one]);
    }

    /// <summary>What Get-Runspace reads, which the bare engine has not.</summary>
    private static int CountRunspaces() =>
        ((IEnumerable<Runspace>)typeof(Runspace).GetProperty("RunspaceList", BindingFlags.Static | BindingFlags.NonPublic)!.GetValue(null)!)
            .Count(it => it.Name == "GpuOps heartbeat" && it.RunspaceStateInfo.State == RunspaceState.Opened);

    /// <summary>The store's steps a beat: counted from just after one, for a few and a half.</summary>
    private static async Task<double> CountAsync(Store store)
    {
        var seen = await store.CountStepsAsync();
        var start = seen;
        while (start == seen)
        {
            await Task.Delay(Interval / 50);
            start = await store.CountStepsAsync();
        }

        await Task.Delay(Interval * (Beats + 0.5));
        return (double)(await store.CountStepsAsync() - start) / Beats;
    }
}
