using System.Diagnostics;
using GpuOps.Errors;
using GpuOps.Probes;
using Microsoft.Extensions.Time.Testing;

namespace GpuOps.Unit.Probes;

public sealed class VendorToolTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public VendorToolTests() => Rig.Linux();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Drains_both_streams_and_passes_arguments_as_they_are()
    {
        var tool = new VendorTool(_folder.WriteProgram("tool", """
            head -c 300000 /dev/zero | tr '\0' x
            head -c 300000 /dev/zero | tr '\0' y >&2
            printf '%s|' "$@"
            exit 7
            """));
        using var deadline = Limit(TimeProvider.System);
        var output = await tool.RunAsync(["a b", "$(id)", "'\"", ""], deadline);
        Assert.Equal(7, output.ExitCode);
        Assert.Equal(300_000, output.Error.Length);
        Assert.Equal("a b|$(id)|'\"||", output.Output[300_000..]);
    }

    [Fact]
    public async Task A_tool_that_hangs_is_killed_with_its_children()
    {
        var time = new FakeTimeProvider();
        var fifo = Path.Combine(_folder.Path, "pids");
        using (var make = Process.Start(Rig.Program("mkfifo"), [fifo]))
            await make.WaitForExitAsync(TestContext.Current.CancellationToken);
        var tool = new VendorTool(_folder.WriteProgram("tool", $"sleep 1000 &\necho $$ $! > '{fifo}'\nwait\n"));

        using var deadline = Limit(time);
        var run = tool.RunAsync([], deadline);
        var pids = (await File.ReadAllTextAsync(fifo, TestContext.Current.CancellationToken)).Split().Where(pid => pid.Length > 0).ToList();
        var processes = pids.Select(pid => Process.GetProcessById(int.Parse(pid, System.Globalization.CultureInfo.InvariantCulture))).ToList();
        time.Advance(TimeSpan.FromSeconds(30));

        var error = await Assert.ThrowsAsync<GpuOpsException>(() => run);
        Assert.Equal(("GpuDriverTimeout", GpuOpsErrorKind.Timeout), (error.Id, error.Kind));
        Assert.Contains("30 s", error.Message, StringComparison.Ordinal);
        foreach (var process in processes)
        {
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            process.Dispose();
        }
    }

    [Fact]
    public async Task A_caller_that_gives_up_gets_its_own_cancellation()
    {
        using var cancel = new CancellationTokenSource();
        using var deadline = new ProbeLimit(TimeSpan.FromSeconds(30), new FakeTimeProvider(), cancel.Token);
        var run = new VendorTool(_folder.WriteProgram("tool", "exec sleep 1000")).RunAsync([], deadline);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    [Fact]
    public async Task A_file_that_is_no_program_is_an_error_that_names_it()
    {
        var path = _folder.Write("tool", "no program");
        using var deadline = Limit(TimeProvider.System);
        var error = await Assert.ThrowsAsync<GpuOpsException>(() => new VendorTool(path).RunAsync([], deadline));
        Assert.Equal("GpuToolFailed", error.Id);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Finds_a_program_in_the_first_folder_that_has_it()
    {
        using var other = new TemporaryFolder();
        var path = _folder.WriteProgram("tool", "");
        Assert.Equal(path, VendorTool.Find("tool", $"/nowhere::{other.Path}:{_folder.Path}"));
        Assert.Null(VendorTool.Find("tool", other.Path));
    }

    private static ProbeLimit Limit(TimeProvider time) => new(TimeSpan.FromSeconds(30), time, TestContext.Current.CancellationToken);
}
