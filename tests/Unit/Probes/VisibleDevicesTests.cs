using GpuOps.Errors;
using GpuOps.Pools;
using GpuOps.Probes;

namespace GpuOps.Unit.Probes;

public sealed class VisibleDevicesTests
{
    [Theory]
    [InlineData(GpuProvider.Nvidia)]
    [InlineData(GpuProvider.Fake)]
    [InlineData(GpuProvider.None)]
    public void Cuda_gets_the_devices_in_the_order_given_and_the_pools_way_of_counting(GpuProvider provider) =>
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID",
                ["CUDA_VISIBLE_DEVICES"] = "2,0",
                ["NVIDIA_VISIBLE_DEVICES"] = "2,0",
            },
            VisibleDevices.For(provider, ["2", "0"]));

    [Fact]
    public void Instances_stay_uuids()
    {
        var variables = VisibleDevices.For(GpuProvider.Nvidia, ["MIG-c6d4f1ef", "GPU-2d5c1f6e"]);
        Assert.Equal("MIG-c6d4f1ef,GPU-2d5c1f6e", variables["CUDA_VISIBLE_DEVICES"]);
        Assert.Equal("MIG-c6d4f1ef,GPU-2d5c1f6e", variables["NVIDIA_VISIBLE_DEVICES"]);
    }

    [Fact]
    public void Rocm_gets_the_devices_once_and_then_their_places()
    {
        var variables = VisibleDevices.For(GpuProvider.Amd, ["GPU-de8287300da37c72", "3"]);
        Assert.Equal("GPU-de8287300da37c72,3", variables["ROCR_VISIBLE_DEVICES"]);
        Assert.Equal("0,1", variables["HIP_VISIBLE_DEVICES"]);
        Assert.Equal("0,1", variables["CUDA_VISIBLE_DEVICES"]);
        Assert.Equal("PCI_BUS_ID", variables["CUDA_DEVICE_ORDER"]);
        Assert.Equal("void", variables["NVIDIA_VISIBLE_DEVICES"]);
    }

    [Theory]
    [InlineData(GpuProvider.Nvidia)]
    [InlineData(GpuProvider.Amd)]
    public void The_reservation_is_told_when_there_is_one(GpuProvider provider)
    {
        Assert.Equal("r-17", VisibleDevices.For(provider, ["0"], "r-17")[VisibleDevices.ReservationIdVariable]);
        Assert.False(VisibleDevices.For(provider, ["0"]).ContainsKey("GPUOPS_RESERVATION_ID"));
    }

    [Fact]
    public void Without_devices_a_command_sees_none() =>
        Assert.Equal("", VisibleDevices.For(GpuProvider.Nvidia, [])["CUDA_VISIBLE_DEVICES"]);

    [Fact]
    public void An_unknown_provider_is_an_error_that_names_the_known_ones()
    {
        var error = Assert.Throws<GpuOpsException>(() => VisibleDevices.For((GpuProvider)99, ["0"]));
        Assert.Equal("UnknownGpuProvider", error.Id);
        Assert.Contains("Nvidia, Amd, Fake", error.Message, StringComparison.Ordinal);
    }
}
