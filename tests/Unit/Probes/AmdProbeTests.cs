using GpuOps.Errors;
using GpuOps.Probes;
using GpuOps.Probes.Amd;

namespace GpuOps.Unit.Probes;

public sealed class AmdProbeTests : IDisposable
{
    private readonly TemporaryFolder _tools = new();
    private readonly TemporaryFolder _kfd = new();

    public AmdProbeTests() => Rig.Linux();

    public void Dispose()
    {
        _tools.Dispose();
        _kfd.Dispose();
    }

    [Fact]
    public async Task The_runtimes_names_are_the_devices_and_its_order_where_there_are_none()
    {
        WriteAmdSmi("amd-smi-7.1");
        var gpus = await ReadAsync("/nowhere");
        Assert.Equal(["GPU-de8287300da37c72", "0"], gpus.Select(gpu => gpu.Device));
        Assert.Equal(["GPU-de8287300da37c72", "00ff740f-0000-1000-8000-000000000000"], gpus.Select(gpu => gpu.Uuid));
        Assert.Equal([2168274], gpus[0].Processes!.Select(process => process.ProcessId));
        Assert.Equal("/usr/bin/python3.12", gpus[0].Processes![0].Name);
        Assert.Empty(gpus[1].Processes!);
    }

    [Fact]
    public async Task A_list_without_enumeration_serves_as_well()
    {
        WriteAmdSmi("amd-smi-6.2", knowsEnumeration: false);
        var gpus = await ReadAsync("/nowhere");
        Assert.Equal(["GPU-85de0c6a71a4f9d2", "GPU-c87722bb90aa13fe"], gpus.Select(gpu => gpu.Device));
        Assert.Equal(2, gpus[0].Processes!.Count);
    }

    [Fact]
    public async Task The_kernels_list_tells_all_users_processes_and_who_only_looks()
    {
        WriteAmdSmi("amd-smi-7.1");
        _kfd.Write("2168274/vram_45412", "6000000\n");
        _kfd.Write("2168274/vram_17005", "0\n");
        _kfd.Write("300/vram_45412", "0\n");
        _kfd.Write("300/vram_17005", "8192\n");
        _kfd.Write("301/vram_17005", "0\n");
        _kfd.Write("301/queues/0/gpuid", "17005\n");
        _kfd.Write("302/vram_17005", "0\n");
        _kfd.Write("302/pasid", "7\n");

        var gpus = await ReadAsync(_kfd.Path);
        Assert.Equal([new GpuProcess(2168274, "", "/usr/bin/python3.12", 6000000)], gpus[0].Processes);
        Assert.Equal([300, 301], gpus[1].Processes!.Select(process => process.ProcessId).Order());
        Assert.Equal(8192, gpus[1].Processes!.Single(process => process.ProcessId == 300).MemoryUsed);
    }

    [Fact]
    public async Task The_parts_of_one_board_are_told_apart_by_their_order()
    {
        _tools.WriteProgram("amd-smi", """
            case "$1" in
              list) echo '[{"gpu":0,"hip_id":0,"hip_uuid":"GPU-00000000000000aa","uuid":"x"},{"gpu":1,"hip_id":1,"hip_uuid":"GPU-00000000000000aa","uuid":"x"}]' ;;
              *) echo '[]' ;;
            esac
            """);
        var gpus = await ReadAsync("/nowhere");
        Assert.Equal(["0", "1"], gpus.Select(gpu => gpu.Device));
        Assert.Equal(["", ""], gpus.Select(gpu => gpu.Uuid));
    }

    [Fact]
    public async Task Rocm_smi_stands_in_where_amd_smi_fails_or_is_missing()
    {
        _tools.WriteProgram("rocm-smi", $"cat '{Fixture.PathOf("rocm-smi.json")}'");
        var alone = await ReadAsync("/nowhere");
        Assert.Equal(["GPU-de8287300da37c72", "1"], alone.Select(gpu => gpu.Device));
        _tools.WriteProgram("amd-smi", "echo broken; exit 1");
        Assert.Equal(alone.Select(gpu => gpu.Uuid), (await ReadAsync("/nowhere")).Select(gpu => gpu.Uuid));
    }

    [Fact]
    public async Task Tools_without_the_driver_see_no_gpus_and_with_it_they_say_what_is_wrong()
    {
        _tools.WriteProgram("amd-smi", "echo 'AMDSMI_STATUS_NO_PERM' >&2; exit 10");
        Assert.Empty(await ReadAsync("/nowhere"));
        var error = await Assert.ThrowsAsync<GpuOpsException>(() => ReadAsync(_kfd.Path));
        Assert.Equal("GpuDriverFailed", error.Id);
        Assert.Contains("amd-smi failed with exit code 10: AMDSMI_STATUS_NO_PERM", error.Message, StringComparison.Ordinal);
    }

    private Task<IReadOnlyList<GpuTelemetry>> ReadAsync(string kfd)
    {
        VendorTool? Tool(string name) => VendorTool.Find(name, _tools.Path) is { } path ? new(path) : null;
        var probe = new AmdProbe(
            Tool("amd-smi"), Tool("rocm-smi"), new(kfd), new("/nowhere"), ProbeOptions.DefaultTimeLimit * 6, TimeProvider.System);
        return probe.ReadAsync(TestContext.Current.CancellationToken);
    }

    private void WriteAmdSmi(string version, bool knowsEnumeration = true) => _tools.WriteProgram("amd-smi", $$"""
        if [ "$2" = -e ] && [ {{(knowsEnumeration ? 1 : 0)}} = 0 ]; then
          echo "amd-smi: error: unrecognized arguments: -e" >&2
          exit 2
        fi
        cat '{{Fixture.PathOf(version)}}'/"$1.json"
        """);
}
