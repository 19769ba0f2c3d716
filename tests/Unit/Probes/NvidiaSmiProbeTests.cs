using GpuOps.Errors;
using GpuOps.Probes;
using GpuOps.Probes.Nvidia;

namespace GpuOps.Unit.Probes;

public sealed class NvidiaSmiProbeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public NvidiaSmiProbeTests() => Rig.Linux();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Joins_gpus_processes_and_instances()
    {
        var gpus = await Probe($"""
            case "$1" in
              --query-gpu=*) cat '{Fixture.PathOf("nvidia-smi-gpus.csv")}'; exit 15 ;;
              --query-compute-apps=*) cat '{Fixture.PathOf("nvidia-smi-apps.csv")}' ;;
              -L) cat '{Fixture.PathOf("nvidia-smi-list.txt")}' ;;
            esac
            """).ReadAsync(TestContext.Current.CancellationToken);

        Assert.Equal(
            [
                "GPU-2d5c1f6e-9b7e-4c0e-8a41-0a6f6f1f3c10",
                "MIG-c6d4f1ef-42e4-5de3-91c7-45d71c87eb3f",
                "MIG-GPU-77a1e5e3-52ff-43c0-b6d9-9b5a3a1f7d21/7/0",
                "GPU-0c7f2a54-1111-4f5e-9d52-fd0ad5e2b932",
                "3",
            ],
            gpus.Select(gpu => gpu.Device));
        Assert.Equal([0, 1, 1, 2, 3], gpus.Select(gpu => gpu.Index));
        Assert.Equal("NVIDIA A100-SXM4-40GB, custom board MIG 3g.20gb", gpus[1].Model);
        Assert.Empty(gpus[0].Processes!);
        Assert.Equal([20311, 20312], gpus[1].Processes!.Select(process => process.ProcessId));
        Assert.Equal([20311, 20312], gpus[2].Processes!.Select(process => process.ProcessId));
        Assert.Null(gpus[1].MemoryUsed);
        Assert.Equal("GPU is lost", gpus[4].Fault);
    }

    [Fact]
    public async Task Processes_are_unknown_when_the_tool_does_not_tell()
    {
        var gpus = await Probe($"""
            case "$1" in
              --query-gpu=*) cat '{Fixture.PathOf("nvidia-smi-gpus.csv")}' ;;
              *) exit 2 ;;
            esac
            """).ReadAsync(TestContext.Current.CancellationToken);
        Assert.All(gpus, gpu => Assert.Null(gpu.Processes));
        Assert.Equal("0", gpus[0].Device);
    }

    [Theory]
    [InlineData("echo 'No devices were found'; exit 6")]
    [InlineData("echo 'NVIDIA-SMI has failed because it could not communicate with the NVIDIA driver.'; exit 9")]
    [InlineData("exit 0")]
    public async Task No_driver_and_no_gpus_are_no_error(string script) =>
        Assert.Empty(await Probe(script).ReadAsync(TestContext.Current.CancellationToken));

    [Fact]
    public async Task A_failure_is_told_in_the_tools_words()
    {
        var error = await Assert.ThrowsAsync<GpuOpsException>(
            () => Probe("echo 'Failed to initialize NVML: Driver/library version mismatch'; exit 18")
                .ReadAsync(TestContext.Current.CancellationToken));
        Assert.Equal("GpuDriverFailed", error.Id);
        Assert.Equal(GpuOpsErrorKind.Unreachable, error.Kind);
        Assert.Contains("exit code 18: Failed to initialize NVML: Driver/library version mismatch", error.Message, StringComparison.Ordinal);
    }

    private NvidiaSmiProbe Probe(string script) =>
        new(new(_folder.WriteProgram("nvidia-smi", script)), new ProcessOwners(), ProbeOptions.DefaultTimeLimit * 6, TimeProvider.System);
}
