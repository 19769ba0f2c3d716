using CsCheck;
using GpuOps.Pools;
using GpuOps.Schedulers.Queue.Order;

namespace GpuOps.Unit.Schedulers.Queue;

/// <summary>The order in which jobs start, against a model in which every job stands in the pool's line.</summary>
public sealed class DispatchOrderTests
{
    private const int Gpus = 4;

    private static readonly Gen<GpuDemand> Demands = Gen.OneOf(
        Gen.Int[1, Gpus].Select(count => new GpuDemand(Count: count)),
        Gen.Int[0, Gpus - 1].HashSet[1, 2].Select(ids => new GpuDemand(Ids: [.. ids])),
        Gen.Int[1, 4].Select(quarters => new GpuDemand(Share: quarters / 4m)),
        Gen.Int[1, 2].Select(half => new GpuDemand(Memory: half * 4L << 30)));

    private static readonly Gen<(int Priority, GpuDemand Demand)[]> Queues = Gen.Select(Gen.Int[-1, 1], Demands, (priority, demand) => (priority, demand)).Array[0, 25];

    [Fact]
    public void The_first_of_each_kind_stand_in_line() => Gen.Select(Queues, Gen.Int[0, 24].Array[0, 10]).Sample((queue, gone) =>
    {
        var line = Fill(queue);
        foreach (var at in gone)
            line.Remove(at + 1);
        List<GpuWish> expected = [];
        foreach (var wish in Everybody(queue).Where(wish => !gone.Contains((int)wish.Id - 1)))
        {
            if (expected.Exists(before => before.Kind == wish.Kind))
                continue;
            expected.Add(wish);
            if (wish.Kind.TakesAny)
                break;
        }

        Assert.Equal(expected, line.Wanted(static _ => false));
    });

    /// <summary>
    /// Asking the pool for the first of each kind only, and for the next when one is granted, grants the same jobs the same
    /// GPUs as asking for all of them at once.
    /// </summary>
    [Fact]
    public void Nothing_is_lost_by_asking_for_the_first_of_each_kind() => Gen.Select(Queues, Gen.Int[0, Gpus].Array[Gpus]).Sample((queue, taken) =>
    {
        var expected = new ModelGpus(taken);
        var all = expected.Grant(Everybody(queue)).ToDictionary(grant => grant.Id, grant => grant.Gpus);

        var pool = new ModelGpus(taken);
        var line = Fill(queue);
        Dictionary<long, string> granted = [];
        List<GpuWish> open = [];
        while (true)
        {
            var plan = ClaimPlan.Of(open, line.Wanted(static _ => false));
            if (plan.Ask.Count == 0)
                break;
            open = [.. open.Except(plan.Withdraw), plan.Ask[0]];
            var grants = pool.Grant(open);
            foreach (var (id, gpus) in grants)
            {
                granted.Add(id, gpus);
                open.RemoveAll(wish => wish.Id == id);
                line.Remove(id);
            }
        }

        Assert.Equal(all.OrderBy(pair => pair.Key), granted.OrderBy(pair => pair.Key));
    }, iter: 2000);

    [Fact]
    public void What_stands_in_the_pools_line_stands_there_in_order() => Gen.Select(Queues, Gen.Int[0, 1000].Array[0, 25]).Sample((queue, ranks) =>
    {
        var line = Fill(queue);
        var wanted = line.Wanted(static _ => false);
        // Some of all jobs, in any order: what an earlier time has left.
        GpuWish[] open = [.. Everybody(queue).Zip(ranks).OrderBy(pair => pair.Second).Where(pair => pair.Second % 2 == 0).Select(pair => pair.First)];
        var plan = ClaimPlan.Of(open, wanted);
        List<GpuWish> then = [.. open.Except(plan.Withdraw), .. plan.Ask];
        Assert.Equal(wanted.ToHashSet(), then.ToHashSet());
        Assert.Equal(wanted.Count, then.Count);
        foreach (var (first, second) in wanted.SelectMany((first, at) => wanted.Skip(at + 1).Where(second => first.Kind.Meets(second.Kind)).Select(second => (first, second))))
            Assert.True(then.IndexOf(first) < then.IndexOf(second), $"{first.Place} has to stand before {second.Place}.");
        Assert.Empty(ClaimPlan.Of(then, wanted).Withdraw);
        Assert.Empty(ClaimPlan.Of(then, wanted).Ask);
    });

    [Fact]
    public void A_claim_that_delays_nobody_keeps_its_place()
    {
        GpuWish zero = new(new LinePlace(0, 1), DemandKind.Of(new GpuDemand(Ids: [0]))),
            one = new(new LinePlace(5, 2), DemandKind.Of(new GpuDemand(Ids: [1]))),
            both = new(new LinePlace(9, 3), DemandKind.Of(new GpuDemand(Ids: [0, 1])));
        Assert.Empty(ClaimPlan.Of([zero], [one, zero]).Withdraw);
        Assert.Equal([zero], ClaimPlan.Of([zero], [both, zero]).Withdraw);
        Assert.Equal([both, zero], ClaimPlan.Of([zero], [both, zero]).Ask);
    }

    [Fact]
    public void A_kind_that_cannot_be_had_keeps_nobody_waiting()
    {
        var line = Fill([(0, new GpuDemand(Count: 64)), (0, new GpuDemand(Count: 1))]);
        Assert.Equal([1L], line.Wanted(static _ => false).Select(wish => wish.Id));
        Assert.Equal([2L], line.Wanted(static kind => kind.Demand.Count == 64).Select(wish => wish.Id));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(10_000)]
    public void A_decision_does_not_look_at_the_whole_queue(int jobs)
    {
        var line = new GpuLine();
        for (var id = 1; id <= jobs; id++)
            line.Put(id, id % 3, DemandKind.Of(new GpuDemand(Count: 1 + id % 2)));
        line.Wanted(static _ => false);
        Assert.Equal(2, line.Looks);
    }

    [Fact]
    public void Jobs_without_gpus_start_in_order_within_their_cores() =>
        Gen.Select(Gen.Int[-1, 1], Gen.Int[1, 6]).Array[0, 12].Select(Gen.Int[1, 4]).Sample((jobs, cores) =>
        {
            var line = new CpuLine(cores);
            for (var at = 0; at < jobs.Length; at++)
                line.Put(at + 1, jobs[at].Item1, jobs[at].Item2);
            List<long> started = [];
            HashSet<long> running = [];
            while (line.Count > 0)
            {
                while (line.TryTake(out var id))
                {
                    started.Add(id);
                    running.Add(id);
                }

                Assert.InRange(line.Taken, 1, cores);
                Assert.Equal(running.Sum(id => Math.Min(cores, jobs[id - 1].Item2)), line.Taken);
                line.Release(running.First());
                running.Remove(running.First());
            }

            Assert.Equal(Enumerable.Range(1, jobs.Length).OrderByDescending(id => jobs[id - 1].Item1).ThenBy(id => id).Select(id => (long)id), started);
        });

    private static GpuLine Fill((int Priority, GpuDemand Demand)[] queue)
    {
        var line = new GpuLine();
        for (var at = 0; at < queue.Length; at++)
            line.Put(at + 1, queue[at].Priority, DemandKind.Of(queue[at].Demand));
        return line;
    }

    private static IEnumerable<GpuWish> Everybody((int Priority, GpuDemand Demand)[] queue) =>
        queue.Select((job, at) => new GpuWish(new LinePlace(job.Priority, at + 1), DemandKind.Of(job.Demand))).OrderByDescending(wish => wish.Place.Priority).ThenBy(wish => wish.Id);

    /// <summary>The pool's rules in short: GPUs of 8 GB, in quarters.</summary>
    private sealed class ModelGpus(int[] taken)
    {
        private readonly int[] _taken = [.. taken];

        public List<(long Id, string Gpus)> Grant(IEnumerable<GpuWish> line)
        {
            List<(long, string)> granted = [];
            HashSet<int> spokenFor = [];
            foreach (var wish in line)
            {
                var demand = wish.Kind.Demand;
                int[] candidates = [.. Enumerable.Range(0, Gpus).Where(gpu => (demand.Ids?.Contains(gpu) ?? true) && Need(demand) <= 4)];
                int[] open = [.. candidates.Where(gpu => !spokenFor.Contains(gpu) && _taken[gpu] + Need(demand) <= 4).OrderByDescending(gpu => _taken[gpu]).ThenBy(gpu => gpu)];
                if (open.Length < demand.Width)
                {
                    spokenFor.UnionWith(candidates);
                    continue;
                }

                int[] chosen = [.. open.Take(demand.Width)];
                foreach (var gpu in chosen)
                    _taken[gpu] += Need(demand);
                granted.Add((wish.Id, string.Join(',', chosen)));
            }

            return granted;
        }

        private static int Need(GpuDemand demand) => demand switch
        {
            { Share: { } share } => (int)(share * 4),
            { Memory: { } memory } => (int)(memory >> 30) / 2,
            _ => 4,
        };
    }
}
