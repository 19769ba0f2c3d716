using System.Management.Automation.Host;

namespace GpuOps.Shell;

/// <summary>The terminal's size and keys. Nothing here touches the terminal before somebody asks.</summary>
internal sealed class ShellRawUI(Screen screen) : PSHostRawUserInterface
{
    public override ConsoleColor BackgroundColor { get; set; } = (ConsoleColor)(-1);

    public override ConsoleColor ForegroundColor { get; set; } = (ConsoleColor)(-1);

    public override Size BufferSize
    {
        get => new(screen.Width, screen.Height);
        set => throw NotPossible("resized");
    }

    public override Coordinates CursorPosition
    {
        get
        {
            if (!screen.OutputIsTerminal || Console.IsInputRedirected)
                return new Coordinates(0, 0);
            (int left, int top) = Console.GetCursorPosition();
            return new Coordinates(left, top);
        }

        set
        {
            if (screen.OutputIsTerminal)
                Console.SetCursorPosition(value.X, value.Y);
        }
    }

    public override int CursorSize
    {
        get => 25;
        set => throw NotPossible("given another cursor");
    }

    public override bool KeyAvailable => !Console.IsInputRedirected && Console.KeyAvailable;

    public override Size MaxPhysicalWindowSize => BufferSize;

    public override Size MaxWindowSize => BufferSize;

    public override Coordinates WindowPosition
    {
        get => new(0, 0);
        set => throw NotPossible("moved");
    }

    public override Size WindowSize
    {
        get => BufferSize;
        set => throw NotPossible("resized");
    }

    public override string WindowTitle
    {
        get => "";
        set
        {
            if (screen.OutputHasColour)
                screen.Write($"\x1b]0;{value}\a");
        }
    }

    public override void FlushInputBuffer()
    {
        while (KeyAvailable)
            Console.ReadKey(intercept: true);
    }

    public override KeyInfo ReadKey(ReadKeyOptions options)
    {
        if (Console.IsInputRedirected)
            throw new HostException("A key cannot be read: standard input is not a terminal.");
        ConsoleKeyInfo key = Console.ReadKey(options.HasFlag(ReadKeyOptions.NoEcho));
        return new KeyInfo((int)key.Key, key.KeyChar, default, keyDown: options.HasFlag(ReadKeyOptions.IncludeKeyDown));
    }

    public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw NotPossible("read back");

    public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) =>
        throw NotPossible("scrolled in part");

    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) => throw NotPossible("painted");

    public override void SetBufferContents(Rectangle rectangle, BufferCell fill)
    {
        // Clear-Host asks for the whole buffer to be filled with blanks.
        if (screen.OutputHasColour)
            screen.Write("\x1b[H\x1b[2J\x1b[3J");
    }

    private static HostException NotPossible(string what) => new($"The terminal cannot be {what} by gpuops.");
}
