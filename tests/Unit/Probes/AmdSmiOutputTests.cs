using GpuOps.Probes.Amd;

namespace GpuOps.Unit.Probes;

public sealed class AmdSmiOutputTests
{
    private const long MiB = 1 << 20;

    [Fact]
    public void Reads_lists_with_values_of_every_shape()
    {
        var gpus = Parse("amd-smi-6.2");

        Assert.Equal([0, 1], gpus.Select(gpu => gpu.Index));
        Assert.Equal(["AMD Instinct MI300X", "AMD Instinct MI300X OAM"], gpus.Select(gpu => gpu.Model));
        Assert.Equal(["GPU-85de0c6a71a4f9d2", "GPU-c87722bb90aa13fe"], gpus.Select(gpu => gpu.UniqueId));
        Assert.Equal([null, null], gpus.Select(gpu => gpu.RuntimeIndex));
        Assert.Equal([51110u, 38896u], gpus.Select(gpu => gpu.KfdId));
        Assert.Equal([196592 * MiB, 196592 * MiB], gpus.Select(gpu => gpu.MemoryTotal));
        Assert.Equal([3072 * MiB, 284 * MiB], gpus.Select(gpu => gpu.MemoryUsed));
        Assert.Equal([97, null], gpus.Select(gpu => gpu.Utilization));
        Assert.Equal([49, 31], gpus.Select(gpu => gpu.Temperature));
        Assert.Equal([305, 133], gpus.Select(gpu => gpu.Power));
        Assert.Equal(
            [new AmdProcess(2266127, "python3", 2040109466), new AmdProcess(2266128, "", null)],
            gpus[0].Processes);
        Assert.Empty(gpus[1].Processes!);
    }

    [Fact]
    public void Reads_gpu_data_objects_and_the_runtimes_own_order()
    {
        var gpus = Parse("amd-smi-7.1");

        Assert.Equal(["AMD Instinct MI210", "AMD Radeon RX 7900 XTX"], gpus.Select(gpu => gpu.Model));
        Assert.Equal(["GPU-de8287300da37c72", ""], gpus.Select(gpu => gpu.UniqueId));
        Assert.Equal([1, 0], gpus.Select(gpu => gpu.RuntimeIndex));
        Assert.Equal([65520 * MiB, 24560 * MiB], gpus.Select(gpu => gpu.MemoryTotal));
        Assert.Equal([17153 * MiB, 26 * MiB], gpus.Select(gpu => gpu.MemoryUsed));
        Assert.Equal([94, null], gpus.Select(gpu => gpu.Utilization));
        Assert.Equal([38, null], gpus.Select(gpu => gpu.Temperature));
        Assert.Equal([41.5, null], gpus.Select(gpu => gpu.Power));
        Assert.Equal([new AmdProcess(2168274, "/usr/bin/python3.12", 6228000)], gpus[0].Processes);
    }

    [Fact]
    public void What_a_subcommand_did_not_say_is_not_known()
    {
        var gpu = Assert.Single(AmdSmiOutput.Parse("", "", """{"gpu": 3, "usage": {"gfx_activity": 5}}""", "error"));
        Assert.Equal((3, 5), (gpu.Index, gpu.Utilization));
        Assert.Null(gpu.Processes);
        Assert.Null(gpu.MemoryUsed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("AMDSMI has returned error '-4' - 'AMDSMI_STATUS_DRIVER_NOT_LOADED'")]
    [InlineData("[")]
    [InlineData("[]")]
    [InlineData("[1, \"gpu\", null, {\"gpu\": \"N/A\"}]")]
    [InlineData("{\"error\": \"Cannot communicate with the driver\", \"code\": -4}")]
    public void What_is_no_gpu_is_left_out(string text) => Assert.Empty(AmdSmiOutput.Parse(text, text, text, text));

    [Theory]
    [InlineData("0xDE8287300DA37C72", "GPU-de8287300da37c72")]
    [InlineData("de8287300da37c72", "GPU-de8287300da37c72")]
    [InlineData("0x8a3f", "GPU-0000000000008a3f")]
    [InlineData("0x0", "")]
    [InlineData("0xffffffffffffffff", "")]
    [InlineData("N/A", "")]
    [InlineData("", "")]
    public void The_runtimes_name_is_the_serial_number_in_16_digits(string serial, string name) =>
        Assert.Equal(name, AmdGpu.UniqueIdFrom(serial));

    private static IReadOnlyList<AmdGpu> Parse(string version) => AmdSmiOutput.Parse(
        Fixture.Read($"{version}/list.json"),
        Fixture.Read($"{version}/static.json"),
        Fixture.Read($"{version}/metric.json"),
        Fixture.Read($"{version}/process.json"));
}
