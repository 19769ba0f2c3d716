using CsCheck;
using GpuOps.Pools;

namespace GpuOps.Unit.Pools.Histories;

/// <summary>Random histories: a pool of two hosts, four users, and whatever may happen to them.</summary>
internal static class PoolHistories
{
    private const long GB = 1L << 30;

    private static readonly string[] Hosts = ["box", "rack:1"];
    private static readonly long[] Memories = [80 * GB, 80 * GB, 24 * GB, 0, 80 * GB, 141 * GB];

    private static readonly Gen<int> Pick = Gen.Int[0, 1000];
    private static readonly Gen<string> Host = Gen.Frequency((4, Hosts[0]), (1, Hosts[1]));
    private static readonly Gen<string> User = Gen.OneOf("ann", "bob", "O'Neil:1", "世");

    private static readonly Gen<IReadOnlyList<int>> Ids =
        Gen.Int[0, 5].HashSet[1, 3].Select(ids => (IReadOnlyList<int>)[.. ids]);

    private static readonly Gen<GpuDemand> Demand = Gen.Frequency<GpuDemand>(
        (6, Gen.Frequency((6, 1), (4, 2), (2, 3), (1, 4), (1, 6)).Select(count => new GpuDemand(Count: count))),
        (4, Ids.Select(ids => new GpuDemand(Ids: ids))),
        (4, Gen.OneOf(0.25m, 0.5m, 0.3m, 1m / 3, 0.75m, 0.0001m, 0.9999m, 1m).Select(share => new GpuDemand(Share: share))),
        (3, Gen.OneOf(GB, 10 * GB, 24 * GB, 40 * GB, 80 * GB, (80 * GB) + 1, 200 * GB).Select(memory => new GpuDemand(Memory: memory))));

    private static readonly Gen<GpuObservation?> Observation = Gen.Frequency<GpuObservation?>(
        (6, Gen.Const((GpuObservation?)null)),
        (2, Gen.Const((GpuObservation?)GpuObservation.Idle)),
        (3, Gen.Select(Ids, Gen.Frequency((3, "eve"), (2, "ann"), (1, "*")))
            .Select((ids, user) => (GpuObservation?)new GpuObservation(ids.ToDictionary(id => id, _ => user)))));

    private static readonly Gen<ProcessIdentity?> Process = Gen.Select(Gen.OneOf("boot/1", "boot/1", "boot/2", "", null), Gen.Int[1, 3])
        .Select((machine, id) => machine is null ? null : new ProcessIdentity(machine, id, 1000 + id));

    private static readonly Gen<ReservationKind> Kind =
        Gen.Frequency((3, ReservationKind.Session), (2, ReservationKind.Command), (1, ReservationKind.Timed));

    private static readonly Gen<IReadOnlyList<int>> Picks = Pick.List[0, 4].Select(picks => (IReadOnlyList<int>)picks);

    private static readonly Gen<PoolStep> Layout =
        Gen.Select(Host, Gen.Frequency((1, 1), (2, 3), (4, 4), (2, 6)), Gen.Frequency((5, "H200"), (1, "B200")), Gen.Bool, Gen.Frequency((4, false), (1, true)))
            .Select((host, count, model, force, dryRun) => (PoolStep)new PoolStep.Initialize(LayoutOf(host, count, model), force, dryRun));

    /// <summary>A history for a store whose clock is made up: time passes, and is sometimes set back.</summary>
    public static Gen<List<PoolStep>> WithTime { get; } = History(
        Gen.OneOf(1, 2, 5).Select(minutes => TimeSpan.FromMinutes(minutes)),
        [(12, Gen.OneOf(1, 999, 30_000, 60_000, 60_001, 120_000, 300_000, -1_001, -10_000, -3_600_000)
            .Select(time => (PoolStep)new PoolStep.Pass(TimeSpan.FromMilliseconds(time))))]);

    /// <summary>A history for a store with a real clock: nothing expires.</summary>
    public static Gen<List<PoolStep>> WithoutTime { get; } = History(Gen.Const(TimeSpan.FromHours(1)), []);

    private static Gen<List<PoolStep>> History(Gen<TimeSpan> lease, (int, IGen<PoolStep>)[] more)
    {
        var steps = Gen.Frequency<PoolStep>(
        [
            (30, Ask(lease)),
            (6, Gen.Select(Pick, Gen.Bool, Observation).Select((pick, wait, seen) => (PoolStep)new PoolStep.AskAgain(pick, wait, seen))),
            (10, Gen.Select(Pick, Observation).Select((pick, seen) => (PoolStep)new PoolStep.Check(pick, seen))),
            (6, Gen.Select(Pick, Observation).Select((pick, seen) => (PoolStep)new PoolStep.Decline(pick, seen ?? GpuObservation.Idle))),
            (22, Pick.Select(pick => (PoolStep)new PoolStep.Release(pick))),
            (6, Picks.Select(picks => (PoolStep)new PoolStep.Beat(picks))),
            (4, Gen.Select(Picks, Gen.Frequency((4, false), (1, true))).Select((picks, other) => (PoolStep)new PoolStep.Reclaim(picks, other))),
            (4, Gen.Select(Host, Ids, Gen.Bool).Select((host, ids, outOf) => (PoolStep)new PoolStep.Service(host, ids, outOf))),
            (2, Layout),
            .. more,
        ]);
        var start = new PoolStep.Initialize(LayoutOf(Hosts[0], 4, "H200"), false, false);
        return Gen.Select(Gen.Frequency((9, true), (1, false)), steps.List[8, 60])
            .Select((begun, list) => begun ? (List<PoolStep>)[start, new PoolStep.Initialize(LayoutOf(Hosts[1], 2, "H200"), false, false), .. list] : list);
    }

    private static Gen<PoolStep> Ask(Gen<TimeSpan> lease) =>
        Gen.Select(Gen.Select(Host, Demand, User, User), Gen.Select(Kind, lease, lease, Process), Gen.Select(Gen.Frequency((3, true), (1, false)), Gen.Bool, Observation))
            .Select((who, how, wait) => (PoolStep)new PoolStep.Ask(new ReservationRequest
            {
                Id = "",
                Host = who.Item1,
                Demand = who.Item2,
                User = who.Item3,
                ActualUser = who.Item4,
                Kind = how.Item1,
                Lease = how.Item2,
                Duration = how.Item1 == ReservationKind.Timed ? how.Item3 : null,
                Holder = how.Item4,
                Wait = wait.Item1,
                Force = wait.Item2,
                Observation = wait.Item3,
            }));

    private static PoolLayout LayoutOf(string host, int count, string model) => new(host, [.. Enumerable.Range(0, count).Select(id => new PoolGpu
    {
        Host = host,
        Id = id,
        Device = $"d{id}",
        Uuid = $"GPU-{id}",
        Model = model,
        MemoryTotal = Memories[id],
        Provider = GpuProvider.Fake,
    })]);
}
