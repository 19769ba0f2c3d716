using GpuOps.Errors;
using GpuOps.Pools;
using GpuOps.Probes;

namespace GpuOps.Unit.Probes;

public sealed class ProbeCatalogTests : IDisposable
{
    private readonly TemporaryFolder _tools = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _tools.Dispose();

    [Fact]
    public void Every_provider_is_in_the_table()
    {
        Assert.Equal([GpuProvider.Nvidia, GpuProvider.Amd, GpuProvider.Fake], ProbeCatalog.Providers);
        Assert.Null(Catalog().Open(GpuProvider.None));
        Assert.Throws<GpuOpsException>(() => Catalog().Open((GpuProvider)99));
    }

    [Fact]
    public async Task A_host_without_drivers_has_no_probe()
    {
        Assert.Null(Catalog().Open(GpuProvider.Nvidia));
        Assert.Null(Catalog().Open(GpuProvider.Amd));
        Assert.Null(await Catalog().DetectAsync(Cancel));
    }

    [Fact]
    public async Task A_tool_that_sees_nothing_gives_way_to_one_that_does()
    {
        Rig.Linux();
        _tools.WriteProgram("nvidia-smi", "echo 'NVIDIA-SMI has failed'; exit 9");
        Assert.Null(await Catalog().DetectAsync(Cancel));
        _tools.WriteProgram("rocm-smi", $"cat '{Fixture.PathOf("rocm-smi.json")}'");
        Assert.Equal(GpuProvider.Amd, (await Catalog().DetectAsync(Cancel))?.Provider);
    }

    [Fact]
    public async Task A_driver_that_cannot_be_read_is_found_so_that_reading_tells_why()
    {
        Rig.Linux();
        _tools.WriteProgram("nvidia-smi", "echo 'Unknown Error'; exit 255");
        var probe = await Catalog().DetectAsync(Cancel);
        Assert.Equal(GpuProvider.Nvidia, probe?.Provider);
        await Assert.ThrowsAsync<GpuOpsException>(() => probe!.ReadAsync(Cancel));
        _tools.WriteProgram("rocm-smi", $"cat '{Fixture.PathOf("rocm-smi.json")}'");
        Assert.Equal(GpuProvider.Amd, (await Catalog().DetectAsync(Cancel))?.Provider);
    }

    [Fact]
    public async Task Threads_that_ask_at_once_get_the_same_probe()
    {
        var catalog = Catalog();
        var probes = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => catalog.Open(GpuProvider.Fake), Cancel)));
        Assert.Single(probes.Distinct());
    }

    // A library path that does not exist keeps a real driver of the test's host out.
    private ProbeCatalog Catalog() => new(new(
        ProbeOptions.DefaultTimeLimit * 6, NvmlPath: "/nowhere/libnvidia-ml.so.1", ToolPath: _tools.Path));
}
