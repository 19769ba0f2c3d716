using GpuOps.Errors;
using GpuOps.Probes;
using GpuOps.Probes.Nvidia;
using Microsoft.Extensions.Time.Testing;

namespace GpuOps.Unit.Probes;

public sealed class NvmlProbeTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reads_a_gpu_in_its_units_and_leaves_the_drivers_reserve_out()
    {
        var gpu = Assert.Single(await Read(new PlayedGpu("GPU-1")
        {
            Utilization = 87,
            Processes = { Process(4711, 3ul << 30), Process(4712, NvmlProcessInfo.MemoryNotAvailable) },
        }));
        Assert.Equal((0, "0", "GPU-1", "NVIDIA Test"), (gpu.Index, gpu.Device, gpu.Uuid, gpu.Model));
        Assert.Equal((80L << 30, 1L << 20), (gpu.MemoryTotal, gpu.MemoryUsed));
        Assert.Equal((87, 33, 70.5), (gpu.Utilization, gpu.Temperature, gpu.Power));
        Assert.Equal([4711, 4712], gpu.Processes!.Select(process => process.ProcessId));
        Assert.Equal([3L << 30, null], gpu.Processes!.Select(process => process.MemoryUsed));
        Assert.Null(gpu.Fault);
    }

    [Fact]
    public async Task What_is_not_supported_is_null_and_no_fault()
    {
        var gpu = Assert.Single(await Read(new PlayedGpu("GPU-1")
        {
            Answers =
            {
                ["GetMemoryV2"] = NvmlReturn.NotSupported, ["GetMemory"] = NvmlReturn.NotSupported,
                ["GetUtilization"] = NvmlReturn.NotSupported, ["GetTemperature"] = NvmlReturn.NotSupported,
                ["GetPower"] = NvmlReturn.NotSupported, ["GetComputeProcesses3"] = NvmlReturn.NoPermission,
            },
        }));
        Assert.Equal((null, null, null), (gpu.MemoryTotal, gpu.MemoryUsed, gpu.Utilization));
        Assert.Equal((null, null, null), (gpu.Temperature, gpu.Power, gpu.Processes));
        Assert.Null(gpu.Fault);
    }

    [Fact]
    public async Task An_older_driver_is_read_through_its_older_calls()
    {
        var versions = new List<int>();
        var nvml = new PlayedNvml
        {
            Gpus =
            {
                new("GPU-1")
                {
                    Processes = { Process(1, 5) },
                    Answers =
                    {
                        ["GetMemoryV2"] = NvmlReturn.FunctionNotFound, ["GetComputeProcesses3"] = NvmlReturn.FunctionNotFound,
                        ["GetMigMode"] = NvmlReturn.FunctionNotFound,
                    },
                },
            },
            OnProcesses = (version, _) => versions.Add(version),
        };
        var gpu = Assert.Single(await Probe(nvml).ReadAsync(Cancel));
        Assert.Equal(601L << 20, gpu.MemoryUsed);
        Assert.Single(gpu.Processes!);
        Assert.Equal([3, 2], versions);
    }

    [Fact]
    public async Task A_process_list_that_grows_between_two_tries_is_read_whole()
    {
        var gpu = new PlayedGpu("GPU-1");
        var rooms = new List<int>();
        var nvml = new PlayedNvml { Gpus = { gpu } };
        nvml.OnProcesses = (_, room) =>
        {
            rooms.Add(room);
            if (rooms.Count <= 3)
                gpu.Processes.AddRange(Enumerable.Range(gpu.Processes.Count, 100).Select(pid => Process((uint)pid + 1, 1)));
        };
        var processes = Assert.Single(await Probe(nvml).ReadAsync(Cancel)).Processes!;
        Assert.Equal(Enumerable.Range(1, 300), processes.Select(process => process.ProcessId));
        Assert.Equal(rooms.Order(), rooms);
    }

    [Fact]
    public async Task A_gpu_in_mig_mode_gives_way_to_its_instances()
    {
        var gpus = await Read(
            new("GPU-whole"),
            new("GPU-divided")
            {
                Temperature = 55,
                Instances =
                [
                    new("MIG-a")
                    {
                        Name = "NVIDIA Test MIG 3g.40gb",
                        Memory = new() { Total = 40ul << 30, Used = 7ul << 20 },
                        Processes = { Process(99, 12) },
                        Answers = { ["GetUtilization"] = NvmlReturn.NotSupported },
                    },
                    null,
                    new("MIG-b"),
                ],
            });
        // Beside a GPU in MIG mode an index may mean another GPU to CUDA, so the whole one goes by its uuid too.
        Assert.Equal(["GPU-whole", "MIG-a", "MIG-b"], gpus.Select(gpu => gpu.Device));
        Assert.Equal([0, 1, 1], gpus.Select(gpu => gpu.Index));
        Assert.Equal((40L << 30, 7L << 20), (gpus[1].MemoryTotal, gpus[1].MemoryUsed));
        Assert.Equal("NVIDIA Test MIG 3g.40gb", gpus[1].Model);
        Assert.Equal(99, Assert.Single(gpus[1].Processes!).ProcessId);
        Assert.Equal((null, 55, null), (gpus[1].Utilization, gpus[1].Temperature, gpus[1].Power));
        Assert.Empty(gpus[2].Processes!);
    }

    [Fact]
    public async Task A_gpu_in_mig_mode_without_instances_is_nothing_to_use() =>
        Assert.Empty(await Read(new PlayedGpu("GPU-1") { Instances = [] }));

    [Theory]
    [InlineData("GetDevice", nameof(NvmlReturn.GpuIsLost), "lost")]
    [InlineData("GetDevice", nameof(NvmlReturn.Unknown), "999")]
    [InlineData("GetMigMode", nameof(NvmlReturn.GpuIsLost), "lost")]
    [InlineData("GetMemoryV2", nameof(NvmlReturn.ResetRequired), "reset")]
    [InlineData("GetPower", nameof(NvmlReturn.GpuIsLost), "lost")]
    [InlineData("GetComputeProcesses3", nameof(NvmlReturn.GpuIsLost), "lost")]
    public async Task A_gpu_out_of_order_is_faulted_and_the_others_are_read(string call, string answer, string word)
    {
        var gpus = await Read(new("GPU-1") { Answers = { [call] = Enum.Parse<NvmlReturn>(answer) } }, new("GPU-2"));
        Assert.Equal("0", gpus[0].Device);
        Assert.Contains(word, gpus[0].Fault, StringComparison.OrdinalIgnoreCase);
        Assert.Equal((1, "GPU-2", null), (gpus[1].Index, gpus[1].Uuid, gpus[1].Fault));
    }

    [Theory]
    [InlineData(nameof(NvmlReturn.DriverNotLoaded))]
    [InlineData(nameof(NvmlReturn.LibraryNotFound))]
    [InlineData(nameof(NvmlReturn.GpuNotFound))]
    public async Task Without_a_driver_there_are_no_gpus(string answer)
    {
        var nvml = new PlayedNvml { Gpus = { new("GPU-1") } };
        nvml.InitializeAnswers.Enqueue(Enum.Parse<NvmlReturn>(answer));
        var probe = Probe(nvml);
        Assert.Empty(await probe.ReadAsync(Cancel));
        // It was loaded meanwhile.
        Assert.Single(await probe.ReadAsync(Cancel));
    }

    [Fact]
    public async Task A_driver_that_was_updated_under_the_library_is_an_error_that_says_so()
    {
        var nvml = new PlayedNvml();
        nvml.InitializeAnswers.Enqueue(NvmlReturn.LibraryDriverMismatch);
        var error = await Assert.ThrowsAsync<GpuOpsException>(() => Probe(nvml).ReadAsync(Cancel));
        Assert.Equal(("GpuDriverFailed", GpuOpsErrorKind.Unreachable), (error.Id, error.Kind));
        Assert.Contains("version", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_initialised_once_and_again_when_somebody_shut_it_down()
    {
        var nvml = new PlayedNvml { Gpus = { new("GPU-1") } };
        var probe = Probe(nvml);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => probe.ReadAsync(Cancel))));
        Assert.Equal(1, nvml.Initialized);
        nvml.CountAnswers.Enqueue(NvmlReturn.Uninitialized);
        Assert.Single(await probe.ReadAsync(Cancel));
        Assert.Equal(2, nvml.Initialized);
    }

    [Fact]
    public async Task A_hanging_driver_hangs_nobody()
    {
        var time = new FakeTimeProvider();
        using var comesBack = new ManualResetEventSlim();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var nvml = new PlayedNvml
        {
            OnCount = () =>
            {
                entered.TrySetResult();
                comesBack.Wait(Cancel);
            },
        };
        var probe = Probe(nvml, time);
        var read = probe.ReadAsync(Cancel);
        await entered.Task;
        time.Advance(ProbeOptions.DefaultTimeLimit);
        await Assert.ThrowsAsync<GpuOpsException>(() => read);
        var error = await Assert.ThrowsAsync<GpuOpsException>(() => probe.ReadAsync(Cancel));
        Assert.Equal("GpuDriverTimeout", error.Id);
        comesBack.Set();
    }

    private static NvmlProcessInfo Process(uint pid, ulong memory) => new() { ProcessId = pid, UsedGpuMemory = memory };

    private static NvmlProbe Probe(PlayedNvml nvml, TimeProvider? time = null) =>
        new(nvml, new ProcessOwners("/nowhere"), ProbeOptions.DefaultTimeLimit, time ?? TimeProvider.System);

    private static Task<IReadOnlyList<GpuTelemetry>> Read(params PlayedGpu[] gpus) =>
        Probe(new() { Gpus = [.. gpus] }).ReadAsync(Cancel);
}
