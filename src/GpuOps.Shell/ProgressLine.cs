using System.Diagnostics;
using System.Management.Automation;

namespace GpuOps.Shell;

/// <summary>Progress as one line that is rewritten in place. The caller sees to it that calls do not overlap.</summary>
internal sealed class ProgressLine(Action<string> write, Func<int> width)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<(long Source, int Activity), ProgressRecord> running = [];
    private long drawnAt;
    private bool visible;

    public void Update(long sourceId, ProgressRecord record)
    {
        (long, int) key = (sourceId, record.ActivityId);
        if (record.RecordType == ProgressRecordType.Completed)
        {
            running.Remove(key);
            if (running.Count == 0)
                Erase();
            return;
        }

        bool known = running.ContainsKey(key);
        running[key] = record;
        if (known && drawnAt != 0 && Stopwatch.GetElapsedTime(drawnAt) < Pause)
            return;

        drawnAt = Stopwatch.GetTimestamp();
        write("\r" + Line(record, Math.Max(20, width() - 1)) + "\x1b[K");
        visible = true;
    }

    public void Erase()
    {
        if (!visible)
            return;
        visible = false;
        drawnAt = 0;
        write("\r\x1b[K");
    }

    public void Clear()
    {
        running.Clear();
        Erase();
    }

    internal static string Line(ProgressRecord record, int columns)
    {
        string text = record.Activity;
        if (!string.IsNullOrWhiteSpace(record.StatusDescription))
            text += ": " + record.StatusDescription;
        if (!string.IsNullOrWhiteSpace(record.CurrentOperation))
            text += " · " + record.CurrentOperation;
        text = text.ReplaceLineEndings(" ");

        string tail = record.PercentComplete is >= 0 and <= 100 ? " " + Bar(record.PercentComplete) : "";
        if (record.SecondsRemaining > 0)
            tail += $" {TimeSpan.FromSeconds(record.SecondsRemaining):c} left";
        int room = Math.Max(0, columns - tail.Length);
        return (text.Length > room ? text[..Math.Max(0, room - 1)] + "…" : text) + tail;
    }

    private static string Bar(int percent)
    {
        int full = percent / 5;
        return $"[{new string('#', full)}{new string('.', 20 - full)}] {percent,3} %";
    }
}
