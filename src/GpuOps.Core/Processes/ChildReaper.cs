using System.ComponentModel;
using System.Runtime.InteropServices;

namespace GpuOps.Processes;

/// <summary>
/// Waits for all children of this process, in one thread: those that were started here, and orphans below them, which
/// the kernel gives to this process. For a process that has no other children: .NET's <c>Process</c> ends a program
/// whose children somebody else has waited for.
/// </summary>
internal sealed partial class ChildReaper
{
    private const int BecomeSubreaper = 36, ChildSignal = 17;
    private const int AnyChild = 0, OneChild = 1, Ended = 4, LeaveIt = 0x01000000;
    private const int Interrupted = 4, NoChild = 10;
    private const int CodeAt = 8, ProcessAt = 16, StatusAt = 24, InfoSize = 128, ExitedByItself = 1;

    private readonly Lock _gate = new();
    private readonly object _arrival = new();
    private readonly Dictionary<int, TaskCompletionSource<ChildEnd>> _children = [];
    private readonly Dictionary<int, ChildEnd> _early = [];
    private TaskCompletionSource _news = NewNews();
    private int _starting;
    private bool _mayHaveChildren;
    private long _orphans;

    private ChildReaper()
    {
    }

    /// <summary>Completes at the next end of any child.</summary>
    public Task News => Volatile.Read(ref _news).Task;

    /// <summary>How many ended that were not started here: orphans that came to this process.</summary>
    public long Orphans => Interlocked.Read(ref _orphans);

    /// <summary>Begins to wait for children. Once a process.</summary>
    public static ChildReaper Begin()
    {
        // Who started this process may have had it ignored; the kernel then keeps no exit code.
        _ = Handle(ChildSignal, 0);
        if (Control(BecomeSubreaper, 1, 0, 0, 0) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }

        var reaper = new ChildReaper();
        new Thread(reaper.Run, 128 * 1024) { IsBackground = true, Name = "child reaper" }.Start();
        return reaper;
    }

    /// <summary>Starts a child.</summary>
    /// <param name="start">Starts it and returns its id; 0 when it did not come to be.</param>
    /// <returns>The child and how it will have ended; null when it did not come to be.</returns>
    public (int Process, Task<ChildEnd> End)? Start(Func<int> start)
    {
        lock (_gate)
        {
            _starting++;
        }

        var process = 0;
        try
        {
            process = start();
        }
        finally
        {
            Arrive();
            if (process == 0)
            {
                Leave(0);
            }
        }

        return process == 0 ? null : (process, Leave(process)!);
    }

    /// <summary>Sends a signal to a child's process group, as long as the child has not ended.</summary>
    /// <param name="process">The child.</param>
    /// <param name="signal">The signal.</param>
    public void SignalGroup(int process, int signal)
    {
        lock (_gate)
        {
            // Until it is waited for, its number belongs to nobody else.
            if (_children.ContainsKey(process))
            {
                _ = Kill(-process, signal);
            }
        }
    }

    /// <summary>One that ended at once may have been waited for before its number is known here.</summary>
    private Task<ChildEnd>? Leave(int process)
    {
        lock (_gate)
        {
            _starting--;
            Task<ChildEnd>? end = null;
            if (_early.Remove(process, out var early))
            {
                end = Task.FromResult(early);
            }
            else if (process != 0)
            {
                var source = new TaskCompletionSource<ChildEnd>(TaskCreationOptions.RunContinuationsAsynchronously);
                _children.Add(process, source);
                end = source.Task;
            }

            if (_starting == 0)
            {
                _early.Clear();
            }

            return end;
        }
    }

    private void Run()
    {
        var info = new byte[InfoSize];
        while (true)
        {
            lock (_arrival)
            {
                _mayHaveChildren = false;
            }

            while (Wait(AnyChild, 0, ref info[0], Ended | LeaveIt) == 0)
            {
                Take(BitConverter.ToInt32(info, ProcessAt), info);
            }

            if (Marshal.GetLastPInvokeError() == NoChild)
            {
                AwaitArrival();
            }
        }
    }

    private void Arrive()
    {
        lock (_arrival)
        {
            _mayHaveChildren = true;
            Monitor.Pulse(_arrival);
        }
    }

    private void AwaitArrival()
    {
        lock (_arrival)
        {
            // Also one that came between the answer and here.
            while (!_mayHaveChildren)
            {
                Monitor.Wait(_arrival);
            }
        }
    }

    private void Take(int process, byte[] info)
    {
        TaskCompletionSource<ChildEnd>? child;
        var status = BitConverter.ToInt32(info, StatusAt);
        var end = BitConverter.ToInt32(info, CodeAt) == ExitedByItself ? new ChildEnd(status, null) : new ChildEnd(null, status);
        lock (_gate)
        {
            var isOrphan = !_children.Remove(process, out child);
            if (isOrphan)
            {
                // Before it vanishes: who sees no trace of it, sees that it was counted.
                Interlocked.Increment(ref _orphans);
            }

            if (isOrphan && _starting > 0)
            {
                _early[process] = end;
            }

            while (Wait(OneChild, process, ref info[0], Ended) != 0 && Marshal.GetLastPInvokeError() == Interrupted)
            {
            }
        }

        child?.SetResult(end);
        Interlocked.Exchange(ref _news, NewNews()).SetResult();
    }

    private static TaskCompletionSource NewNews() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LibraryImport("libc", EntryPoint = "waitid", SetLastError = true)]
    private static partial int Wait(int kind, int process, ref byte info, int options);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Handle(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int Control(int option, nuint value, nuint unused3, nuint unused4, nuint unused5);
}
