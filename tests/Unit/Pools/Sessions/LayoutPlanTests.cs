using GpuOps.Errors;
using GpuOps.Pools;
using GpuOps.Pools.Sessions;
using GpuOps.Probes;

namespace GpuOps.Unit.Pools.Sessions;

public sealed class LayoutPlanTests
{
    [Fact]
    public void A_gpu_known_by_its_uuid_keeps_its_number_when_another_falls_off_the_bus()
    {
        var known = LayoutPlan.FromProbe("box", GpuProvider.Nvidia, [Seen(0, "a"), Seen(1, "b"), Seen(2, "c")], []).Gpus;
        var now = LayoutPlan.FromProbe("box", GpuProvider.Nvidia, [Seen(0, "a"), Seen(1, "c"), Seen(2, "d")], known).Gpus;
        Assert.Equal([(0, "a", "0"), (1, "d", "2"), (2, "c", "1")], now.Select(gpu => (gpu.Id, gpu.Uuid, gpu.Device)));
    }

    [Fact]
    public void Numbers_have_no_gaps_when_a_gpu_in_the_middle_is_gone()
    {
        var known = LayoutPlan.FromProbe("box", GpuProvider.Nvidia, [Seen(0, "a"), Seen(1, "b"), Seen(2, "c")], []).Gpus;
        var middle = LayoutPlan.FromProbe("box", GpuProvider.Nvidia, [Seen(0, "a"), Seen(1, "c")], known).Gpus;
        Assert.Equal([(0, "a", "0"), (1, "b", "1"), (2, "c", "1")], middle.Select(gpu => (gpu.Id, gpu.Uuid, gpu.Device)));
        var last = LayoutPlan.FromProbe("box", GpuProvider.Nvidia, [Seen(0, "a"), Seen(1, "b")], known).Gpus;
        Assert.Equal(["a", "b"], last.Select(gpu => gpu.Uuid));
    }

    [Fact]
    public void A_count_takes_the_first_gpus_and_no_more_than_there_are()
    {
        GpuTelemetry[] seen = [Seen(0, "a"), Seen(1, "b")];
        Assert.Equal(["a"], LayoutPlan.First(seen, 1, "box").Select(gpu => gpu.Uuid));
        Assert.Equal("TooManyGpus", Assert.Throws<GpuOpsException>(() => LayoutPlan.First(seen, 3, "box")).Id);
    }

    private static GpuTelemetry Seen(int index, string uuid) => new() { Index = index, Device = $"{index}", Uuid = uuid };
}
