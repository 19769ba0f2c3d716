using GpuOps.Errors;
using GpuOps.Pools;
using GpuOps.Probes;
using Microsoft.Extensions.Time.Testing;

namespace GpuOps.Unit.Probes;

public sealed class FakeProbeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Without_a_file_the_gpus_are_idle()
    {
        var gpus = await new ProbeCatalog(ProbeOptions.Default with { FakeCount = 3 }).Open(GpuProvider.Fake)!.ReadAsync(Cancel);
        Assert.Equal(["0", "1", "2"], gpus.Select(gpu => gpu.Device));
        Assert.Equal(3, gpus.DistinctBy(gpu => gpu.Uuid).Count());
        Assert.All(gpus, gpu =>
        {
            Assert.Equal(("Fake GPU", 16L << 30, 0L), (gpu.Model, gpu.MemoryTotal, gpu.MemoryUsed));
            Assert.Empty(gpu.Processes!);
            Assert.Null(gpu.Fault);
        });
    }

    [Fact]
    public async Task The_file_is_read_anew_at_every_look()
    {
        var probe = Probe("""{ "gpus": [{}, {}] }""");
        Assert.Equal(2, (await probe.ReadAsync(Cancel)).Count);
        Probe("""
            {
              // A squatter on a GPU, and one that is out of order.
              "gpus": [
                {
                  "model": "Fake H100", "uuid": "FAKE-h", "memoryTotal": 85899345920, "memoryUsed": 2147483648,
                  "utilization": 93, "temperature": 64, "power": 512.5,
                  "processes": [{ "pid": 4711, "user": "bob", "name": "python", "memoryUsed": 2147483648 }],
                },
                { "fault": "GPU is lost", "memoryUsed": null, "processes": null },
              ],
            }
            """);
        var gpus = await probe.ReadAsync(Cancel);
        Assert.Equal(("Fake H100", "FAKE-h"), (gpus[0].Model, gpus[0].Uuid));
        Assert.Equal((80L << 30, 2L << 30), (gpus[0].MemoryTotal, gpus[0].MemoryUsed));
        Assert.Equal((93, 64, 512.5), (gpus[0].Utilization, gpus[0].Temperature, gpus[0].Power));
        Assert.Equal([new GpuProcess(4711, "bob", "python", 2L << 30)], gpus[0].Processes);
        Assert.Equal(("GPU is lost", null, null), (gpus[1].Fault, gpus[1].MemoryUsed, gpus[1].Processes));
    }

    [Fact]
    public async Task A_process_without_a_user_is_the_real_one()
    {
        Rig.Linux();
        var gpu = Assert.Single(await Probe($$"""{ "gpus": [{ "processes": [{ "pid": {{Environment.ProcessId}} }] }] }""").ReadAsync(Cancel));
        Assert.Equal(Environment.UserName, Assert.Single(gpu.Processes!).User);
    }

    [Fact]
    public async Task A_slow_driver_answers_late()
    {
        var read = Probe("""{ "gpus": [{}], "delayMs": 2000 }""").ReadAsync(Cancel);
        await AdvanceUntilDoneAsync(read, TimeSpan.FromSeconds(2));
        Assert.Single(await read);
    }

    [Theory]
    [InlineData("""{ "gpus": [{}], "delayMs": 60000 }""")]
    [InlineData("""{ "gpus": [{}], "hang": true }""")]
    public async Task A_hanging_driver_is_given_up_at_the_limit(string text)
    {
        var read = Probe(text).ReadAsync(Cancel);
        await AdvanceUntilDoneAsync(read, TimeSpan.FromSeconds(5));
        var error = await Assert.ThrowsAsync<GpuOpsException>(() => read);
        Assert.Equal(("GpuDriverTimeout", GpuOpsErrorKind.Timeout), (error.Id, error.Kind));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{ "gpus": null }""")]
    [InlineData("""{ "gpus": [{ "memory": 1 }] }""")]
    [InlineData("""{ "gpus": [{ "memoryTotal": "many" }] }""")]
    [InlineData("""{ "gpus": [{ "processes": [{ "user": "bob" }] }] }""")]
    [InlineData("""{ "gpus": [{}], "delayMs": -1 }""")]
    public async Task A_malformed_file_is_an_error_that_names_it(string text)
    {
        var error = await Assert.ThrowsAsync<GpuOpsException>(() => Probe(text).ReadAsync(Cancel));
        Assert.Equal(("FakeGpuFile", GpuOpsErrorKind.InvalidData), (error.Id, error.Kind));
        Assert.Contains(Path.Combine(_folder.Path, "gpus.json"), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_file_is_an_error_that_names_it()
    {
        var path = Path.Combine(_folder.Path, "missing.json");
        var probe = new ProbeCatalog(ProbeOptions.Default with { FakePath = path }).Open(GpuProvider.Fake)!;
        var error = await Assert.ThrowsAsync<GpuOpsException>(() => probe.ReadAsync(Cancel));
        Assert.Equal(GpuOpsErrorKind.InvalidData, error.Kind);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    private IGpuProbe Probe(string text) =>
        new ProbeCatalog(ProbeOptions.Default with { FakePath = _folder.Write("gpus.json", text) }, _time).Open(GpuProvider.Fake)!;

    // The file is read before the made-up driver is asked, so the clock may have to be moved on more than once.
    private async Task AdvanceUntilDoneAsync(Task read, TimeSpan by)
    {
        while (!read.IsCompleted)
        {
            await Task.Yield();
            _time.Advance(by);
        }
    }
}
