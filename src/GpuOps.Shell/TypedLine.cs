using System.Management.Automation;
using System.Management.Automation.Host;

namespace GpuOps.Shell;

/// <summary>Reads what a person types at the terminal up to Enter, and gives up as soon as the run is stopped.</summary>
internal sealed class TypedLine(Screen screen, Func<bool> isStopped)
{
    private const char EndOfInput = '\x4';

    /// <summary>How late a signal is noticed; Ctrl+C must be answered within 200 ms.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Reads.</summary>
    /// <param name="what">What is asked for.</param>
    /// <param name="isShown">Whether what is typed is shown.</param>
    /// <param name="add">Takes a character.</param>
    /// <param name="remove">Takes the last one back; false when there is none.</param>
    public void Read(string what, bool isShown, Action<char> add, Func<bool> remove)
    {
        bool isEmpty = true;
        while (Next() is { Key: not ConsoleKey.Enter, KeyChar: not '\n' } key)
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                if (remove() && isShown)
                    screen.WriteError("\b \b");
            }
            else if (key.KeyChar == EndOfInput && isEmpty)
            {
                throw new HostException($"Nobody answers: '{what}' was asked for, and standard input has ended.");
            }
            else if (!char.IsControl(key.KeyChar))
            {
                isEmpty = false;
                add(key.KeyChar);
                if (isShown)
                    screen.WriteError(key.KeyChar.ToString());
            }
        }

        screen.WriteError("\n");
    }

    // A read that waits would not hear of the signal.
    private ConsoleKeyInfo Next()
    {
        while (!Console.KeyAvailable)
        {
            if (isStopped())
            {
                screen.WriteError("\n");
                throw new PipelineStoppedException();
            }

            Thread.Sleep(Pause);
        }

        return Console.ReadKey(intercept: true);
    }
}
