using System.Text;
using Microsoft.Win32.SafeHandles;

namespace GpuOps.Shell;

/// <summary>The two output streams: what they are connected to, and the text written to them in turn.</summary>
internal sealed class Screen : IDisposable
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly Lock gate = new();
    private readonly Lazy<StreamWriter> output = new(() => Open(StandardOutput()));
    private readonly Lazy<StreamWriter> error = new(() => Open(Console.OpenStandardError()));
    private ProgressLine? progress;
    private bool outputInLine;

    public Screen(OutputFormat format)
    {
        OutputFormat = format;
        bool plain = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
            || Environment.GetEnvironmentVariable("TERM") is "dumb";
        OutputIsTerminal = !Console.IsOutputRedirected;
        ErrorIsTerminal = !Console.IsErrorRedirected;
        OutputHasColour = OutputIsTerminal && !plain && format == OutputFormat.Text;
        ErrorHasColour = ErrorIsTerminal && !plain;
    }

    /// <summary>Raised once, when whoever reads standard output has gone.</summary>
    public event Action? OutputClosed;

    public OutputFormat OutputFormat { get; }

    public bool OutputIsTerminal { get; }

    public bool ErrorIsTerminal { get; }

    public bool OutputHasColour { get; }

    public bool ErrorHasColour { get; }

    public bool OutputIsClosed { get; private set; }

    /// <summary>Columns of the terminal, or a fixed width that does not depend on where the program runs.</summary>
    public int Width => OutputIsTerminal && Console.WindowWidth > 0 ? Console.WindowWidth : 120;

    public int Height => OutputIsTerminal && Console.WindowHeight > 0 ? Console.WindowHeight : 50;

    public void Write(string text)
    {
        lock (gate)
        {
            progress?.Erase();
            outputInLine = text.Length > 0 ? text[^1] != '\n' : outputInLine;
            if (OutputIsClosed)
                return;
            try
            {
                output.Value.Write(text);
            }
            catch (IOException)
            {
                OutputIsClosed = true;
                OutputClosed?.Invoke();
            }
        }
    }

    public void WriteLine(string text) => Write(text + "\n");

    /// <summary>Ends a line that was left open on the terminal, so that a message starts its own.</summary>
    public void WriteErrorLine(string text)
    {
        lock (gate)
        {
            if (outputInLine && OutputIsTerminal && ErrorIsTerminal)
                Write("\n");
            WriteError(text + "\n");
        }
    }

    public void WriteError(string text)
    {
        lock (gate)
        {
            progress?.Erase();
            WriteErrorRaw(text);
        }
    }

    public void ShowProgress(long sourceId, System.Management.Automation.ProgressRecord record)
    {
        if (!ErrorIsTerminal)
            return;
        lock (gate)
        {
            progress ??= new ProgressLine(WriteErrorRaw, () => Console.WindowWidth);
            progress.Update(sourceId, record);
        }
    }

    public void EraseProgress()
    {
        lock (gate)
        {
            progress?.Clear();
        }
    }

    public void Dispose() => EraseProgress();

    private void WriteErrorRaw(string text)
    {
        try
        {
            error.Value.Write(text);
        }
        catch (IOException)
        {
            // Nobody reads the messages: there is nowhere left to say so.
        }
    }

    // The console's own stream says nothing when the reader of a pipe has gone, and the script would run on for nobody.
    // A file is left to it, because a stream of our own keeps its own place in the file, which native commands share.
    private static Stream StandardOutput()
    {
        if (!OperatingSystem.IsWindows() && Console.IsOutputRedirected)
        {
            var pipe = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            if (!pipe.CanSeek)
                return pipe;
        }

        return Console.OpenStandardOutput();
    }

    // Not Console.Out: that one follows LANG, and under LANG=C it would print '?' for every name that is not ASCII.
    private static StreamWriter Open(Stream stream) => new(stream, Utf8, bufferSize: 4096) { AutoFlush = true };
}
