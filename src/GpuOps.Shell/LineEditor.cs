using System.Text;

namespace GpuOps.Shell;

/// <summary>Reads one line from the terminal: arrows, history, completion, and the usual control keys.</summary>
internal sealed class LineEditor(Screen screen, History history, Completion completion)
{
    private readonly StringBuilder line = new();
    private int cursor;
    private int cursorRow;
    private string prompt = "";

    /// <summary>Shows the prompt and reads.</summary>
    /// <param name="promptText">What stands before the line; it may hold lines and colours.</param>
    /// <param name="cancelled">Whether the person gave the line up with Ctrl+C.</param>
    /// <returns>The line, or null at the end of the input (Ctrl+D on an empty line).</returns>
    public string? Read(string promptText, out bool cancelled)
    {
        cancelled = false;
        (line.Length, cursor, cursorRow) = (0, 0, 0);
        int lastLine = promptText.LastIndexOf('\n') + 1;
        screen.Write(promptText[..lastLine]);
        prompt = promptText[lastLine..];
        Draw();

        // While a line is edited Ctrl+C is a key; while a command runs it is a signal.
        Console.TreatControlCAsInput = true;
        try
        {
            while (true)
            {
                ConsoleKeyInfo key = Console.ReadKey(intercept: true);
                switch (End(key))
                {
                    case LineEnd.Entered:
                        return line.ToString();
                    case LineEnd.GivenUp:
                        cancelled = true;
                        return "";
                    case LineEnd.NoMore:
                        return null;
                    default:
                        Apply(key);
                        Draw();
                        break;
                }
            }
        }
        finally
        {
            Console.TreatControlCAsInput = false;
        }
    }

    private enum LineEnd
    {
        NotYet,
        Entered,
        GivenUp,
        NoMore,
    }

    private LineEnd End(ConsoleKeyInfo key)
    {
        bool control = key.Modifiers.HasFlag(ConsoleModifiers.Control);
        LineEnd end = key.Key switch
        {
            ConsoleKey.Enter => LineEnd.Entered,
            // Typed ahead, before the terminal was ours.
            _ when key.KeyChar == '\n' => LineEnd.Entered,
            ConsoleKey.C when control => LineEnd.GivenUp,
            ConsoleKey.D when control && line.Length == 0 => LineEnd.NoMore,
            _ => LineEnd.NotYet,
        };
        if (end != LineEnd.NotYet)
        {
            cursor = line.Length;
            Draw();
            screen.Write(end == LineEnd.GivenUp ? "^C\n" : "\n");
        }

        return end;
    }

    private void Apply(ConsoleKeyInfo key)
    {
        if (key.Modifiers.HasFlag(ConsoleModifiers.Control) && ApplyControl(key.Key))
            return;
        switch (key.Key)
        {
            case ConsoleKey.LeftArrow: cursor = Math.Max(0, cursor - 1); break;
            case ConsoleKey.RightArrow: cursor = Math.Min(line.Length, cursor + 1); break;
            case ConsoleKey.Home: cursor = 0; break;
            case ConsoleKey.End: cursor = line.Length; break;
            case ConsoleKey.UpArrow when history.Older() is { } older: Replace(older, older.Length); break;
            case ConsoleKey.UpArrow: break;
            case ConsoleKey.DownArrow:
                string newer = history.Newer();
                Replace(newer, newer.Length);
                break;
            case ConsoleKey.Backspace when cursor > 0: line.Remove(--cursor, 1); break;
            case ConsoleKey.Backspace: break;
            case ConsoleKey.Delete when cursor < line.Length: line.Remove(cursor, 1); break;
            case ConsoleKey.Escape: Replace("", 0); break;
            case ConsoleKey.Tab: Complete(forward: !key.Modifiers.HasFlag(ConsoleModifiers.Shift)); break;
            default:
                if (!char.IsControl(key.KeyChar))
                    line.Insert(cursor++, key.KeyChar);
                break;
        }
    }

    private bool ApplyControl(ConsoleKey key)
    {
        switch (key)
        {
            case ConsoleKey.A: cursor = 0; return true;
            case ConsoleKey.E: cursor = line.Length; return true;
            case ConsoleKey.D when cursor < line.Length: line.Remove(cursor, 1); return true;
            case ConsoleKey.K: line.Length = cursor; return true;
            case ConsoleKey.U: Replace(line.ToString(cursor, line.Length - cursor), 0); return true;
            case ConsoleKey.W:
                int start = WordStart();
                line.Remove(start, cursor - start);
                cursor = start;
                return true;
            case ConsoleKey.L:
                screen.Write("\x1b[H\x1b[2J");
                cursorRow = 0;
                return true;
            default: return false;
        }
    }

    private int WordStart()
    {
        int start = cursor;
        while (start > 0 && char.IsWhiteSpace(line[start - 1]))
            start--;
        while (start > 0 && !char.IsWhiteSpace(line[start - 1]))
            start--;
        return start;
    }

    private void Complete(bool forward)
    {
        if (completion.Next(line.ToString(), cursor, forward) is { } next)
            Replace(next.Line, next.Cursor);
    }

    private void Replace(string text, int newCursor)
    {
        line.Clear().Append(text);
        cursor = newCursor;
    }

    /// <summary>Writes prompt and line again from where they began, and puts the cursor in its place.</summary>
    private void Draw()
    {
        int width = Math.Max(2, screen.Width);
        var text = new StringBuilder();
        if (cursorRow > 0)
            text.Append("\x1b[").Append(cursorRow).Append('A');
        text.Append("\r\x1b[J").Append(prompt).Append(line.ToString().Replace("\n", "\r\n", StringComparison.Ordinal));

        (int endRow, int endColumn) = Position(line.Length, width);
        if (endColumn == 0 && endRow > 0)
            text.Append(" \r"); // the terminal wraps only with the next character
        (int row, int column) = Position(cursor, width);
        if (endRow > row)
            text.Append("\x1b[").Append(endRow - row).Append('A');
        text.Append('\r');
        if (column > 0)
            text.Append("\x1b[").Append(column).Append('C');

        screen.Write(text.ToString());
        cursorRow = row;
    }

    private (int Row, int Column) Position(int length, int width)
    {
        int row = 0;
        int column = PromptColumns(prompt);
        for (int i = 0; i < length; i++)
        {
            column++;
            if (line[i] == '\n' || column == width)
                (row, column) = (row + 1, 0);
        }

        return (row + (column / width), column % width);
    }

    // Colours take no room.
    private static int PromptColumns(string text) => text.Contains('\x1b', StringComparison.Ordinal)
        ? new System.Management.Automation.Internal.StringDecorated(text).ContentLength
        : text.Length;
}
