using System.Diagnostics;
using GpuOps.Bench.Measuring;

namespace GpuOps.Bench.Rows;

/// <summary>One client process of a pool.</summary>
internal sealed class Client : IDisposable
{
    private readonly Process _process;

    private Client(Process process) => _process = process;

    public static Client Start(params string[] arguments) => new(Process.Start(new ProcessStartInfo(Artifacts.Contender, arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!);

    public void Tell(string what)
    {
        _process.StandardInput.WriteLine(what);
        _process.StandardInput.Flush();
    }

    /// <summary>Waits until the client says something that begins like this.</summary>
    public async Task HearAsync(string beginning)
    {
        while (true)
        {
            var said = await _process.StandardOutput.ReadLineAsync()
                ?? throw new InvalidOperationException($"A client ended before it said '{beginning}'.");
            if (said.StartsWith(beginning, StringComparison.Ordinal))
                return;
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
