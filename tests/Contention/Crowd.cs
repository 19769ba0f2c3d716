using System.Collections.Concurrent;
using System.Diagnostics;
using GpuOps.Pools;

namespace GpuOps.Contention;

/// <summary>Many contenders on one pool, of which now and then one is killed and replaced.</summary>
internal sealed class Crowd(ContendedStore store, int size) : IAsyncDisposable
{
    /// <summary>How many may be starting at once; more than the machine can start would leave nobody in line.</summary>
    private const int StartingLimit = 4;

    private readonly ConcurrentDictionary<int, Contender> _members = [];
    private readonly List<(long Time, IReadOnlyList<string> Ids)> _lines = [];
    private readonly Dictionary<int, long> _killed = [];
    private readonly List<string> _quitters = [];
    private readonly string _log = store.FileOf("holdings.log");

    /// <summary>How many were killed in which situation.</summary>
    public Dictionary<string, int> Kills { get; } = new() { ["holding"] = 0, ["first in line"] = 0, ["waiting"] = 0 };

    /// <summary>The lines as they were seen.</summary>
    public IReadOnlyList<(long Time, IReadOnlyList<string> Ids)> Lines => _lines;

    /// <summary>What those had said who ended although nobody killed them.</summary>
    public IReadOnlyList<string> Quitters => _quitters;

    /// <summary>Starts all of them, and opens the barrier when the last is there.</summary>
    public async Task GatherAsync()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, size), new ParallelOptions { MaxDegreeOfParallelism = StartingLimit }, async (_, _) =>
        {
            var member = Start();
            await member.SaysAsync("ready");
        });
        foreach (var member in _members.Values)
            await member.TellAsync("go");
    }

    /// <summary>Looks at the line and kills somebody, again and again.</summary>
    /// <param name="time">For how long at least.</param>
    /// <param name="isEnough">Told how many grants there were; whether enough has happened to prove something, on however busy a machine.</param>
    /// <param name="token">Ends it early.</param>
    public async Task LiveAsync(TimeSpan time, Func<long, bool> isEnough, CancellationToken token)
    {
        var clock = Stopwatch.StartNew();
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        var replacements = new List<Task>();
        var highest = 0L;
        for (var turn = 0; (clock.Elapsed < time || (!isEnough(highest) && clock.Elapsed < 12 * time)) && await beat.WaitForNextTickAsync(token); turn++)
        {
            var seen = await store.Pool.ReadAsync(ContendedStore.Host, token);
            highest = seen.Reservations.Select(held => held.FencingNumber).Append(highest).Max();
            _lines.Add((Stopwatch.GetTimestamp(), [.. seen.Queue.Select(entry => entry.Id)]));
            if (turn % 2 == 0 && replacements.Count(joining => !joining.IsCompleted) < StartingLimit && await KillSomebodyAsync(seen, turn))
                replacements.Add(JoinAsync());
        }

        await Task.WhenAll(replacements);
    }

    /// <summary>Kills all that are left, at once.</summary>
    public async Task KillAllAsync()
    {
        _quitters.AddRange(_members.Values.Where(member => member.HasEnded).Select(member => member.LastWords()));
        await Task.WhenAll(_members.Values.Select(KillAsync));
    }

    /// <summary>What the log says of the time until all were dead.</summary>
    public HoldingHistory Read() => new(File.ReadLines(_log), _killed, Stopwatch.GetTimestamp());

    public async ValueTask DisposeAsync()
    {
        foreach (var member in _members.Values)
            await member.DisposeAsync();
    }

    private Contender Start()
    {
        var member = Contender.Start(null, store.Argument, $"log={_log}", "hold=60", "rounds=0");
        _members[member.Id] = member;
        return member;
    }

    private async Task JoinAsync() => await Start().GoAsync();

    private async Task<bool> KillSomebodyAsync(PoolSnapshot seen, int turn)
    {
        // The first in line is the one that is just being granted something.
        var (situation, victim) = (turn / 2 % 3) switch
        {
            0 => ("holding", seen.Reservations.Select(held => held.Holder).ElementAtOrDefault(Random.Shared.Next(Math.Max(1, seen.Reservations.Count)))),
            1 => ("first in line", seen.Queue.Select(entry => entry.Holder).FirstOrDefault()),
            _ => ("waiting", seen.Queue.Select(entry => entry.Holder).ElementAtOrDefault(Random.Shared.Next(Math.Max(1, seen.Queue.Count)))),
        };
        if (victim is null || !_members.TryGetValue(victim.ProcessId, out var member))
            return false;
        await KillAsync(member);
        Kills[situation]++;
        return true;
    }

    private async Task KillAsync(Contender member)
    {
        _members.TryRemove(member.Id, out _);
        await member.KillAsync();
        lock (_killed)
            _killed[member.Id] = member.KilledAt!.Value;
        await member.DisposeAsync();
    }
}
