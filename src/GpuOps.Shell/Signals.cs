using System.Runtime.InteropServices;

namespace GpuOps.Shell;

/// <summary>Ctrl+C and the request to end: the first stops what runs, the second ends the program.</summary>
internal sealed class Signals : IDisposable
{
    private readonly Screen screen;
    private readonly Lock gate = new();
    private readonly PosixSignalRegistration[] registrations;
    private Action<PosixSignal>? stop;
    private bool asked;

    public Signals(Screen screen)
    {
        this.screen = screen;
        registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Receive),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Receive),
            // A lost connection would otherwise end the program before the module gives back what it holds.
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, Receive),
        ];
    }

    /// <summary>The signal that stopped the run, if one did.</summary>
    public PosixSignal? Received { get; private set; }

    /// <summary>Whether what runs now has been told to stop.</summary>
    public bool HasStopped
    {
        get
        {
            lock (gate)
            {
                return asked;
            }
        }
    }

    public static int ExitCode(PosixSignal signal) =>
        signal switch
        {
            PosixSignal.SIGTERM => ExitCodes.Terminated,
            PosixSignal.SIGHUP => ExitCodes.HungUp,
            _ => ExitCodes.Interrupted,
        };

    /// <summary>From now on a signal calls <paramref name="action"/>, on a thread of its own.</summary>
    public void StopWith(Action<PosixSignal> action)
    {
        lock (gate)
        {
            stop = action;
            asked = false;
            Received = null;
        }
    }

    /// <summary>Nothing runs any more: a signal is remembered and nothing else.</summary>
    public void Rest()
    {
        lock (gate)
        {
            stop = null;
            asked = false;
        }
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in registrations)
            registration.Dispose();
    }

    private void Receive(PosixSignalContext context)
    {
        context.Cancel = true;
        Action<PosixSignal>? action;
        bool second;
        lock (gate)
        {
            second = asked;
            action = stop;
            asked = action is not null;
            Received ??= context.Signal;
        }

        if (second)
            End(context.Signal);
        else if (action is null && context.Signal != PosixSignal.SIGINT)
            End(context.Signal);
        else
            action?.Invoke(context.Signal);
    }

    // Exit, not an abrupt end: the module's own handlers of the process's end still give back what it holds.
    private void End(PosixSignal signal)
    {
        screen.EraseProgress();
        Environment.Exit(ExitCode(signal));
    }
}
