using System.Management.Automation;

namespace GpuOps.Shell;

/// <summary>What the Tab key offers: one press after the other goes through the engine's proposals.</summary>
internal sealed class Completion(Session session)
{
    private CommandCompletion? offered;
    private string shown = "";
    private string rest = "";

    /// <summary>The line after Tab, or null if there is nothing to offer.</summary>
    /// <param name="line">The line as it stands.</param>
    /// <param name="cursor">Where the cursor is in it.</param>
    /// <param name="forward">False for Shift+Tab.</param>
    public (string Line, int Cursor)? Next(string line, int cursor, bool forward)
    {
        if (offered is null || line != shown)
        {
            using PowerShell pipeline = session.NewPipeline();
            offered = CommandCompletion.CompleteInput(line, cursor, null, pipeline);
            if (offered.ReplacementIndex < 0 || offered.CompletionMatches.Count == 0)
            {
                offered = null;
                return null;
            }

            rest = line[(offered.ReplacementIndex + offered.ReplacementLength)..];
            shown = line;
        }

        string head = shown[..offered.ReplacementIndex] + offered.GetNextResult(forward).CompletionText;
        shown = head + rest;
        return (shown, head.Length);
    }
}
