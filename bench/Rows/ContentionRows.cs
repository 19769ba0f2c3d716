using System.Diagnostics;
using GpuOps.Bench.Measuring;
using GpuOps.Bench.Stores;

namespace GpuOps.Bench.Rows;

/// <summary>Many processes that want GPUs at the same moment.</summary>
internal static class ContentionRows
{
    private const int Clients = 32, Gpus = 8, Hold = 200, RoundsMeasured = 7;

    /// <summary>Four times eight, each 0.2 s.</summary>
    private const double Ideal = (double)Clients / Gpus * Hold;

    public static Row[] All { get; } = [.. Store.Kinds.Select(kind => new Row(
        $"contention-{kind}", $"{Clients} clients at a barrier, each holding one of {Gpus} GPUs {Hold} ms, {kind}", "the ideal",
        Bar.Ratio, kind == "redis" ? 1.25 : 1.5, "ms", () => MeasureAsync(kind)) { Missing = Store.Missing(kind) })];

    private static async Task<Pair> MeasureAsync(string kind)
    {
        List<double> times = [];
        for (var round = 0; round < RoundsMeasured; round++)
        {
            await using var store = await Store.OpenAsync(kind);
            await store.FillAsync(Gpus);
            times.Add(await RaceAsync(store));
        }

        return Pair.Against(Ideal, times);
    }

    private static async Task<double> RaceAsync(Store store)
    {
        Client[] clients = [.. Enumerable.Range(0, Clients).Select(_ => Client.Start($"store={store.Contended}", $"hold={Hold}", "steady"))];
        try
        {
            await Task.WhenAll(clients.Select(client => client.HearAsync("ready")));
            var start = Stopwatch.GetTimestamp();
            foreach (var client in clients)
                client.Tell("go");
            await Task.WhenAll(clients.Select(client => client.HearAsync("released")));
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
        finally
        {
            foreach (var client in clients)
                client.Dispose();
        }
    }
}
