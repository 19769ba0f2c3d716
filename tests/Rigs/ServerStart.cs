using System.Diagnostics;

namespace GpuOps.Rigs;

/// <summary>Starts servers that say when they are ready.</summary>
internal static class ServerStart
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Starts a server; it is ready when this returns.</summary>
    /// <param name="start">How it is started; what it says is redirected here.</param>
    /// <param name="ready">What it says when it is ready, on either of its streams.</param>
    /// <exception cref="InvalidOperationException">It ended; the message has what it said.</exception>
    public static async Task<Process> UntilReadyAsync(ProcessStartInfo start, string ready)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        var isReady = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var said = new List<string>();
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.OutputDataReceived += Hear;
        process.ErrorDataReceived += Hear;
        process.Exited += (_, _) =>
        {
            lock (said)
                isReady.TrySetException(new InvalidOperationException($"{start.FileName} ended: {string.Join('\n', said)}"));
        };
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await isReady.Task.WaitAsync(Patience);
            return process;
        }
        catch
        {
            process.Kill();
            process.Dispose();
            throw;
        }

        void Hear(object sender, DataReceivedEventArgs line)
        {
            lock (said)
                said.Add(line.Data ?? "");
            if (line.Data?.Contains(ready, StringComparison.Ordinal) == true)
                isReady.TrySetResult();
        }
    }
}
