using System.Globalization;

namespace GpuOps.Contention;

/// <summary>
/// What the contenders' log convicts a pool of. It knows nothing of the pool but which requests were seen to wait.
/// </summary>
internal sealed class HoldingHistory
{
    private readonly Dictionary<string, Holding> _holdings = [];

    /// <summary>Reads a log.</summary>
    /// <param name="lines">Its lines, as the contender's <c>HoldingLog</c> writes them.</param>
    /// <param name="killed">When which process was sent SIGKILL: what it held then has ended, at the earliest then.</param>
    /// <param name="end">When the log ends: what is still held is held until then.</param>
    public HoldingHistory(IEnumerable<string> lines, IReadOnlyDictionary<int, long> killed, long end)
    {
        foreach (var line in lines)
        {
            var words = line.Split(' ');
            var (process, time, id) = (int.Parse(words[1], CultureInfo.InvariantCulture), long.Parse(words[2], CultureInfo.InvariantCulture), words[3]);
            _holdings[id] = words[0] switch
            {
                "ask" => new Holding(id, process, time, 0, [], 0, 0),
                "hold" => _holdings[id] with
                {
                    Fencing = long.Parse(words[4], CultureInfo.InvariantCulture),
                    Gpus = [.. words[5].Split(',').Select(gpu => int.Parse(gpu, CultureInfo.InvariantCulture))],
                    From = time,
                    To = killed.GetValueOrDefault(process, end),
                },
                "free" => _holdings[id] with { To = time },
                _ => throw new FormatException($"'{line}' is no line of a log."),
            };
        }
    }

    /// <summary>The requests that were granted.</summary>
    public IReadOnlyList<Holding> Granted => [.. _holdings.Values.Where(holding => holding.Fencing > 0)];

    /// <summary>Pairs of holdings that had one GPU at the same time.</summary>
    public IEnumerable<string> DoubleBookings()
    {
        foreach (var gpu in Granted.SelectMany(holding => holding.Gpus.Select(id => (Gpu: id, Holding: holding))).GroupBy(it => it.Gpu))
        {
            Holding? last = null;
            foreach (var (_, holding) in gpu.OrderBy(it => it.Holding.From))
            {
                if (last is not null && holding.From < last.To)
                    yield return $"GPU {gpu.Key} was held by {last} and by {holding}";
                last = last is null || holding.To > last.To ? holding : last;
            }
        }
    }

    /// <summary>Grants of a GPU whose fencing number is lower than that of an earlier holder of it.</summary>
    public IEnumerable<string> FallingNumbers() =>
        from gpu in Granted.SelectMany(holding => holding.Gpus.Select(id => (Gpu: id, Holding: holding))).GroupBy(it => it.Gpu)
        let inTime = gpu.Select(it => it.Holding).OrderBy(holding => holding.From).ToList()
        from pair in inTime.Zip(inTime.Skip(1))
        where pair.First.Fencing >= pair.Second.Fencing
        select $"GPU {gpu.Key} went from {pair.First} to {pair.Second}";

    /// <summary>
    /// Requests of one width that were granted out of order: in a line seen at some time, each of those granted later
    /// has a higher fencing number than the one before it, and whoever asked after that time a higher one than all.
    /// </summary>
    /// <param name="lines">Lines as they were seen: when the look was over, and the ids by position.</param>
    public IEnumerable<string> Overtakings(IEnumerable<(long Time, IReadOnlyList<string> Ids)> lines)
    {
        var byAsking = Granted.OrderBy(holding => holding.Asked).ToList();
        var lowestFrom = new long[byAsking.Count + 1];
        lowestFrom[^1] = long.MaxValue;
        for (var n = byAsking.Count - 1; n >= 0; n--)
            lowestFrom[n] = Math.Min(byAsking[n].Fencing, lowestFrom[n + 1]);

        foreach (var (time, ids) in lines)
        {
            var numbers = ids.Select(id => _holdings.GetValueOrDefault(id)?.Fencing ?? 0).Where(fencing => fencing > 0).ToList();
            foreach (var (first, second) in numbers.Zip(numbers.Skip(1)).Where(pair => pair.First >= pair.Second))
                yield return $"grant {second} stood behind grant {first} at {time}";
            var later = byAsking.FindIndex(holding => holding.Asked > time);
            if (later >= 0 && numbers.Count > 0 && lowestFrom[later] < numbers.Max())
                yield return $"grant {lowestFrom[later]} was asked for after {time}, when grant {numbers.Max()} stood in line";
        }
    }
}
