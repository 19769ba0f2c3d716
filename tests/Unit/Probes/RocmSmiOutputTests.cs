using GpuOps.Probes.Amd;

namespace GpuOps.Unit.Probes;

public sealed class RocmSmiOutputTests
{
    [Fact]
    public void Reads_cards_of_older_and_newer_versions()
    {
        var gpus = RocmSmiOutput.Parse(Fixture.Read("rocm-smi.json"));

        Assert.Equal([0, 1], gpus.Select(gpu => gpu.Index));
        Assert.Equal(["Instinct MI210", "0x744c"], gpus.Select(gpu => gpu.Model));
        Assert.Equal(["GPU-de8287300da37c72", ""], gpus.Select(gpu => gpu.UniqueId));
        Assert.Equal([45412u, 17005u], gpus.Select(gpu => gpu.KfdId));
        Assert.Equal([68702699520, 25753026560], gpus.Select(gpu => gpu.MemoryTotal));
        Assert.Equal([27481079808, 27856896], gpus.Select(gpu => gpu.MemoryUsed));
        Assert.Equal([62, 0], gpus.Select(gpu => gpu.Utilization));
        Assert.Equal([45, 72], gpus.Select(gpu => gpu.Temperature));
        Assert.Equal([120, null], gpus.Select(gpu => gpu.Power));
    }

    [Fact]
    public void Processes_of_several_cards_belong_to_none_in_particular() =>
        Assert.All(RocmSmiOutput.Parse(Fixture.Read("rocm-smi.json")), gpu => Assert.Null(gpu.Processes));

    [Fact]
    public void Processes_of_the_only_card_are_its_own() =>
        Assert.Equal(
            [new AmdProcess(4711, "python3", 31650000000), new AmdProcess(812, "", null)],
            Assert.Single(RocmSmiOutput.Parse(Fixture.Read("rocm-smi-one.json"))).Processes);

    [Theory]
    [InlineData("")]
    [InlineData("ERROR:root:Driver not initialized (amdgpu not found in modules)")]
    [InlineData("[]")]
    [InlineData("{\"system\": {\"Driver version\": \"6.7.0\"}}")]
    public void What_is_no_card_is_left_out(string text) => Assert.Empty(RocmSmiOutput.Parse(text));
}
