using System.Diagnostics;
using System.Runtime.InteropServices;
using GpuOps.Pools;
using GpuOps.Probes;
using GpuOps.Probes.Nvidia;

namespace GpuOps.Unit.Probes;

/// <summary>The real calls into a real library that a C compiler laid out.</summary>
public sealed class NvmlAbiTests : IDisposable
{
    private const long GB = 1L << 30;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Reads_what_the_library_holds()
    {
        var gpus = await ReadAsync();

        Assert.Equal(
            [
                "GPU-00000000-0000-0000-0000-000000000001", "MIG-00000000-0000-0000-0000-000000000003",
                "MIG-00000000-0000-0000-0000-000000000004", "2",
            ],
            gpus.Select(gpu => gpu.Device));
        Assert.Equal([0, 1, 1, 2], gpus.Select(gpu => gpu.Index));
        var whole = gpus[0];
        Assert.StartsWith("NVIDIA Stub 123456789", whole.Model, StringComparison.Ordinal);
        Assert.Equal(95, whole.Model.Length);
        Assert.Equal((80 * GB, 3 * GB), (whole.MemoryTotal, whole.MemoryUsed));
        Assert.Equal((87, 61, 312.345), (whole.Utilization, whole.Temperature, whole.Power));
        Assert.Equal(40, whole.Processes!.Count);
        Assert.Equal(
            Enumerable.Range(1, 39).Select(number => (long?)number * 5 * GB).Append(null),
            whole.Processes.Select(process => process.MemoryUsed));
        Assert.Equal(
            Enumerable.Range(4_000_001, 39).Prepend(Environment.ProcessId),
            whole.Processes.Select(process => process.ProcessId));

        Assert.Equal("NVIDIA Stub MIG 1g.5gb", gpus[1].Model);
        Assert.Equal((5 * GB, GB / 4), (gpus[1].MemoryTotal, gpus[1].MemoryUsed));
        Assert.Equal((null, 42, null), (gpus[1].Utilization, gpus[1].Temperature, gpus[1].Power));
        Assert.Equal(4_000_000, Assert.Single(gpus[1].Processes!).ProcessId);
        Assert.Empty(gpus[2].Processes!);
        Assert.Contains("lost", gpus[3].Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Processes_have_their_owners()
    {
        var own = (await ReadAsync())[0].Processes![0];
        Assert.Equal((Environment.ProcessId, Environment.UserName), (own.ProcessId, own.User));
        Assert.NotEqual("", own.Name);
    }

    [Fact]
    public async Task A_library_without_the_newer_calls_is_read_through_the_older_ones()
    {
        var gpus = await ReadAsync("-DOLD");
        Assert.Equal((80 * GB, 2 * GB), (gpus[0].MemoryTotal, gpus[0].MemoryUsed));
        Assert.Equal(40, gpus[0].Processes!.Count);
    }

    [Fact]
    public void The_structures_have_the_sizes_of_nvml_h()
    {
        Assert.Equal(24, Marshal.SizeOf<NvmlMemory>());
        Assert.Equal(40, Marshal.SizeOf<NvmlMemoryV2>());
        Assert.Equal(0x02000028u, NvmlMemoryV2.CurrentVersion);
        Assert.Equal(8, Marshal.SizeOf<NvmlUtilization>());
        Assert.Equal(24, Marshal.SizeOf<NvmlProcessInfo>());
        Assert.Equal(8, Marshal.OffsetOf<NvmlProcessInfo>(nameof(NvmlProcessInfo.UsedGpuMemory)));
        Assert.Equal(20, Marshal.OffsetOf<NvmlProcessInfo>(nameof(NvmlProcessInfo.ComputeInstanceId)));
    }

    [Fact]
    public async Task A_library_that_is_something_else_sees_no_gpus()
    {
        Rig.Linux();
        var source = _folder.Write("empty.c", "int something_else;\n");
        var library = await CompileAsync(source);
        Assert.Empty(await Catalog(library).Open(GpuProvider.Nvidia)!.ReadAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Without_library_and_tool_there_is_no_probe()
    {
        Assert.Null(NvmlLibrary.TryLoad("/nowhere/libnvidia-ml.so.1"));
        Assert.Null(Catalog("/nowhere/libnvidia-ml.so.1").Open(GpuProvider.Nvidia));
    }

    [Fact]
    public async Task The_catalog_finds_it_and_keeps_it()
    {
        Rig.Linux();
        var catalog = Catalog(await CompileAsync(Fixture.PathOf("nvml_stub.c")));
        var probe = await catalog.DetectAsync(TestContext.Current.CancellationToken);
        Assert.Equal(GpuProvider.Nvidia, probe?.Provider);
        Assert.Same(probe, catalog.Open(GpuProvider.Nvidia));
    }

    private ProbeCatalog Catalog(string library) =>
        new(ProbeOptions.Default with { NvmlPath = library, ToolPath = _folder.Path });

    private async Task<IReadOnlyList<GpuTelemetry>> ReadAsync(params string[] options)
    {
        Rig.Linux();
        var library = await CompileAsync([.. options, Fixture.PathOf("nvml_stub.c")]);
        return await Catalog(library).Open(GpuProvider.Nvidia)!.ReadAsync(TestContext.Current.CancellationToken);
    }

    private async Task<string> CompileAsync(params string[] arguments)
    {
        var library = Path.Combine(_folder.Path, "libnvidia-ml.so.1");
        using var compiler = Process.Start(Rig.Program("cc"), ["-shared", "-fPIC", "-o", library, .. arguments]);
        await compiler.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, compiler.ExitCode);
        return library;
    }
}
