using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Threading.Channels;

[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace GpuOps.Contention;

/// <summary>A client process under the test's control.</summary>
internal sealed partial class Contender : IAsyncDisposable
{
    private const int SigStop = 19, SigContinue = 18;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly string Program = typeof(Contender).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(data => data.Key == "Contender").Value!;

    private readonly Process _process;
    private readonly Channel<string> _said = Channel.CreateUnbounded<string>();

    private Contender(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Heard(line.Data);
        _process.ErrorDataReceived += (_, line) => Heard(line.Data is null ? null : $"error: {line.Data}");
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    /// <summary>When SIGKILL was sent, by CLOCK_MONOTONIC; the process held nothing after it died, and was alive before.</summary>
    public long? KilledAt { get; private set; }

    /// <summary>Whether it is no longer there.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>Starts one; it connects and then stands at the barrier.</summary>
    /// <param name="environment">Variables to set, or null.</param>
    /// <param name="arguments">See <c>ContenderOptions</c>.</param>
    public static Contender Start(IReadOnlyDictionary<string, string>? environment, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return new Contender(start);
    }

    /// <summary>Starts one, and lets it go as soon as it is ready.</summary>
    public static async Task<Contender> StartAndGoAsync(params IEnumerable<string> arguments)
    {
        var contender = Start(null, arguments);
        await contender.GoAsync();
        return contender;
    }

    /// <summary>Opens the barrier.</summary>
    public async Task GoAsync()
    {
        await SaysAsync("ready");
        await TellAsync("go");
    }

    public async Task TellAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Waits until it says something that begins so; returns the line.</summary>
    public async Task<string> SaysAsync(string beginning)
    {
        var heard = new List<string>();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            await foreach (var line in _said.Reader.ReadAllAsync(limit.Token))
            {
                heard.Add(line);
                if (line.StartsWith(beginning, StringComparison.Ordinal))
                    return line;
            }
        }
        catch (OperationCanceledException)
        {
            // Reported below, with what was said instead.
        }

        throw new InvalidOperationException($"The contender did not say '{beginning}' but:\n{string.Join('\n', heard)}");
    }

    /// <summary>What it said that nobody has waited for.</summary>
    public string LastWords()
    {
        var words = new List<string>();
        while (_said.Reader.TryRead(out var line))
            words.Add(line);
        return string.Join('\n', words.TakeLast(20));
    }

    /// <summary>Ends it with SIGKILL; it is dead, or a zombie, when this returns.</summary>
    public async Task KillAsync()
    {
        KilledAt = Stopwatch.GetTimestamp();
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public void Stop() => Send(SigStop);

    public void Continue() => Send(SigContinue);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
    }

    private void Heard(string? line)
    {
        if (line is not null)
            _said.Writer.TryWrite(line);
    }

    private void Send(int signal)
    {
        if (SendSignal(_process.Id, signal) != 0)
            throw new InvalidOperationException($"Signal {signal} did not reach {_process.Id}: error {Marshal.GetLastPInvokeError()}.");
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int processId, int signal);
}
