using GpuOps.Pools;
using GpuOps.Probes;

namespace GpuOps.Unit.Probes;

public sealed class GpuObserverTests
{
    private const long Threshold = 1024L << 20;
    private static readonly IReadOnlySet<int> None = new HashSet<int>();

    [Fact]
    public void A_gpu_at_the_threshold_is_free_and_one_above_is_in_use() =>
        AssertInUse(
            [(2, "*")],
            [Seen(0, memory: 0), Seen(1, memory: Threshold), Seen(2, memory: Threshold + 1), Seen(3, memory: null)]);

    [Fact]
    public void A_compute_process_is_use_however_small_and_names_the_user() =>
        AssertInUse([(0, "ann")], [Seen(0, memory: 0, "ann"), Seen(1)]);

    [Fact]
    public void Processes_of_one_user_are_the_users_and_of_several_nobodys() =>
        AssertInUse(
            [(0, "ann"), (1, "*"), (2, "*"), (3, "*")],
            [Seen(0, Threshold * 2, "ann", "ann"), Seen(1, 0, "ann", "bob"), Seen(2, 0, ""), Seen(3, 0, "ann", "")]);

    [Fact]
    public void A_gpu_out_of_order_is_not_to_be_handed_out() =>
        AssertInUse([(1, "*")], [Seen(0), Seen(1) with { Fault = "GPU is lost", MemoryUsed = null, Processes = null }]);

    [Fact]
    public void A_gpu_the_probe_should_see_and_does_not_is_not_to_be_handed_out() =>
        AssertInUse([(1, "*")], [Seen(0)], Gpu(0, "u0"), Gpu(1, "u1"), Gpu(2, ""));

    [Fact]
    public void What_runs_on_a_reserved_gpu_is_its_holders_business()
    {
        var observation = GpuObserver.Observe(
            [Gpu(0, "u0"), Gpu(1, "u1")], [Seen(0, 0, "ann"), Seen(1, 0, "bob")], Threshold, new HashSet<int> { 0 });
        Assert.Equal([new KeyValuePair<int, string>(1, "bob")], observation.InUse);
    }

    [Fact]
    public void The_uuid_decides_when_the_driver_counts_anew()
    {
        // GPU 0 fell off the bus; the driver now calls the second one 0.
        var moved = Seen(1, 0, "ann") with { Index = 0, Device = "0" };
        var matches = GpuObserver.Match([Gpu(0, "u0"), Gpu(1, "u1")], [moved]);
        Assert.Equal([new KeyValuePair<int, GpuTelemetry>(1, moved)], matches);
        AssertInUse([(0, "*"), (1, "ann")], [moved], Gpu(0, "u0"), Gpu(1, "u1"));
    }

    [Fact]
    public void The_device_decides_where_one_side_has_no_uuid()
    {
        var lost = new GpuTelemetry { Index = 1, Device = "1", Fault = "GPU is lost" };
        var matches = GpuObserver.Match([Gpu(0, ""), Gpu(1, "u1")], [Seen(0), lost]);
        Assert.Equal([0, 1], matches.Keys.Order());
        Assert.Same(lost, matches[1]);
    }

    [Fact]
    public void Instances_are_matched_one_by_one()
    {
        var first = Seen(0) with { Device = "MIG-a", Uuid = "MIG-a" };
        var second = Seen(0, 0, "bob") with { Device = "MIG-b", Uuid = "MIG-b" };
        AssertInUse(
            [(1, "bob")],
            [first, second],
            Gpu(0, "MIG-a") with { Device = "MIG-a" },
            Gpu(1, "MIG-b") with { Device = "MIG-b" });
    }

    private static void AssertInUse((int Id, string User)[] expected, GpuTelemetry[] telemetry, params PoolGpu[] gpus)
    {
        if (gpus.Length == 0)
            gpus = [.. telemetry.Select(seen => Gpu(seen.Index, seen.Uuid))];
        var observation = GpuObserver.Observe(gpus, telemetry, Threshold, None);
        Assert.Equal(expected, observation.InUse.Select(use => (use.Key, use.Value)).Order());
    }

    private static PoolGpu Gpu(int id, string uuid) => new() { Host = "box", Id = id, Device = $"{id}", Uuid = uuid };

    private static GpuTelemetry Seen(int index, long? memory = 0, params string[] users) => new()
    {
        Index = index,
        Device = $"{index}",
        Uuid = $"u{index}",
        MemoryUsed = memory,
        Processes = [.. users.Select((user, number) => new GpuProcess(100 + number, user, "python", null))],
    };
}
