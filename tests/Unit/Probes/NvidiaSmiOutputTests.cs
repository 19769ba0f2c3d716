using GpuOps.Probes.Nvidia;

namespace GpuOps.Unit.Probes;

public sealed class NvidiaSmiOutputTests
{
    private const long MiB = 1 << 20;

    [Fact]
    public void Reads_gpus_with_units_and_names_with_commas()
    {
        var gpus = NvidiaSmiOutput.ParseGpus(Fixture.Read("nvidia-smi-gpus.csv"));

        Assert.Equal([0, 1, 2, 3], gpus.Select(gpu => gpu.Index));
        Assert.Equal(["0", "1", "2", "3"], gpus.Select(gpu => gpu.Device));
        var idle = gpus[0];
        Assert.Equal("GPU-2d5c1f6e-9b7e-4c0e-8a41-0a6f6f1f3c10", idle.Uuid);
        Assert.Equal("NVIDIA H100 80GB HBM3", idle.Model);
        Assert.Equal(81559 * MiB, idle.MemoryTotal);
        Assert.Equal(MiB, idle.MemoryUsed);
        Assert.Equal(0, idle.Utilization);
        Assert.Equal(31, idle.Temperature);
        Assert.Equal(69.42, idle.Power);
        Assert.Null(idle.Fault);
        Assert.Equal("NVIDIA A100-SXM4-40GB, custom board", gpus[1].Model);
    }

    [Fact]
    public void What_is_not_told_is_null()
    {
        var gpu = NvidiaSmiOutput.ParseGpus(Fixture.Read("nvidia-smi-gpus.csv"))[2];
        Assert.Null(gpu.Utilization);
        Assert.Null(gpu.Power);
        Assert.Null(gpu.Fault);
        Assert.Equal(512 * MiB, gpu.MemoryUsed);
    }

    [Fact]
    public void A_lost_gpu_is_faulted_and_has_no_values()
    {
        var gpu = NvidiaSmiOutput.ParseGpus(Fixture.Read("nvidia-smi-gpus.csv"))[3];
        Assert.Equal("GPU is lost", gpu.Fault);
        Assert.Equal("", gpu.Uuid);
        Assert.Equal("", gpu.Model);
        Assert.Null(gpu.MemoryTotal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("No devices were found\n")]
    [InlineData("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that it is, running\n")]
    public void Messages_are_not_gpus(string text) => Assert.Empty(NvidiaSmiOutput.ParseGpus(text));

    [Fact]
    public void Reads_processes()
    {
        var processes = NvidiaSmiOutput.ParseProcesses(Fixture.Read("nvidia-smi-apps.csv"));
        Assert.Equal(
            [
                ("GPU-77a1e5e3-52ff-43c0-b6d9-9b5a3a1f7d21", 20311, 39202 * MiB),
                ("GPU-77a1e5e3-52ff-43c0-b6d9-9b5a3a1f7d21", 20312, null),
                ("GPU-0c7f2a54-1111-4f5e-9d52-fd0ad5e2b932", 0, null),
            ],
            processes);
    }

    [Fact]
    public void Reads_instances_of_old_and_new_drivers() =>
        Assert.Equal(
            [
                (1, "3g.20gb", "MIG-c6d4f1ef-42e4-5de3-91c7-45d71c87eb3f"),
                (1, "1g.5gb", "MIG-GPU-77a1e5e3-52ff-43c0-b6d9-9b5a3a1f7d21/7/0"),
            ],
            NvidiaSmiOutput.ParseInstances(Fixture.Read("nvidia-smi-list.txt")));
}
