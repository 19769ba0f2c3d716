using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace GpuOps.ShellTests;

/// <summary>One run of the program, in progress.</summary>
public sealed partial class ShellProcess : IDisposable
{
    /// <summary>Far above what any run takes: only a run that hangs meets it.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly Process process;
    private readonly Task<string> error;

    public ShellProcess(string program, string[] arguments, string directory)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            WorkingDirectory = directory,
        };
        process = Process.Start(start)!;
        error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    public async Task Send(string input)
    {
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
    }

    /// <summary>Waits until the script has said a line.</summary>
    public async Task Says(string line) =>
        Assert.Equal(line, await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Limit));

    /// <summary>Reads, line or no line, until the output holds a text.</summary>
    /// <returns>All that was read.</returns>
    public async Task<string> Shows(string text)
    {
        var seen = new StringBuilder();
        var buffer = new char[256];
        while (!seen.ToString().Contains(text, StringComparison.Ordinal))
        {
            int read = await process.StandardOutput.ReadAsync(buffer, TestContext.Current.CancellationToken).AsTask().WaitAsync(Limit);
            Assert.True(read > 0, $"The output ended without '{text}': {seen}");
            seen.Append(buffer, 0, read);
        }

        return seen.ToString();
    }

    public async Task Types(string keys)
    {
        await process.StandardInput.WriteAsync(keys);
        await process.StandardInput.FlushAsync();
    }

    public void Signal(PosixSignal signal) => Assert.Equal(0, kill(process.Id, signal == PosixSignal.SIGINT ? 2 : 15));

    public async Task<ShellResult> End()
    {
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(Limit);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Limit);
        return new ShellResult(process.ExitCode, output, await error);
    }

    public void CloseOutput() => process.StandardOutput.Close();

    public async Task<int> ExitCode()
    {
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Limit);
        return process.ExitCode;
    }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        process.Dispose();
    }

    [LibraryImport("libc")]
    private static partial int kill(int pid, int signal);
}
