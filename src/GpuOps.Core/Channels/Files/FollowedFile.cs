using GpuOps.Errors;

namespace GpuOps.Channels.Files;

/// <summary>
/// What is written under one path, each byte once, whatever becomes of the file: it may be renamed and made anew, copied
/// and emptied, emptied and written again. It only says what to look at and judges what was seen; others do the looking.
/// </summary>
/// <param name="path">The path.</param>
/// <param name="start">Where to begin in the file that is there first, in bytes.</param>
internal sealed class FollowedFile(string path, long start)
{
    // The oldest first; the last one is that of the path itself.
    private List<FileCursor> _cursors = [FileCursor.At(start)];
    private List<int> _looked = [];
    private List<FileLook> _looks = [];
    private string _seen = "";
    private bool _isThorough, _isReplaced, _isEmptied;

    /// <summary>The path.</summary>
    public string Path => path;

    /// <summary>Something took the file's place: <see cref="TakeSiblings"/> has to be told what is there before anything else.</summary>
    public bool NeedsSiblings { get; private set; }

    /// <summary>There was more to read than was asked for.</summary>
    public bool HasMore { get; private set; }

    /// <summary>Whether there ever was such a file.</summary>
    public bool WasSeen { get; private set; }

    /// <summary>What to look at next.</summary>
    /// <param name="most">How many new bytes at most of each file.</param>
    /// <param name="isThorough">Looks also at files that were replaced long ago, and reads what seems not to have changed.</param>
    public IReadOnlyList<FileLook> Next(int most, bool isThorough)
    {
        _isThorough = isThorough;
        _looked = [.. Enumerable.Range(0, _cursors.Count).Where(i => isThorough || !_cursors[i].IsDrained)];
        return _looks = [.. _looked.Select(i => _cursors[i].Look(path, most, isThorough))];
    }

    /// <summary>Takes what the last looks found.</summary>
    /// <param name="sights">One for each look, in their order.</param>
    /// <returns>The new bytes, in the order they were written.</returns>
    /// <exception cref="GpuOpsException"><c>FileNotReadable</c>: there is no file under the path, or it may not be read.</exception>
    public IReadOnlyList<FilePiece> Take(IReadOnlyList<FileSight> sights)
    {
        List<FilePiece> pieces = [];
        var next = _cursors.ToList<FileCursor?>();
        HasMore = false;
        for (var i = 0; i < _looked.Count && !HasMore; i++)
        {
            var isLast = _looked[i] == _cursors.Count - 1;
            next[_looked[i]] = isLast ? TakeLast(_cursors[^1], sights[i], pieces) : TakeOlder(_cursors[_looked[i]], sights[i], pieces);
            // What was written later is taken later.
            HasMore = sights[i].Data.Length == _looks[i].Count;
        }

        _cursors = [.. next.OfType<FileCursor>()];
        return pieces;
    }

    /// <summary>Takes what there is beside a file whose place was taken, to find what was written since the last look.</summary>
    /// <param name="siblings">The files; none where nobody can tell.</param>
    /// <returns>Whether there are others to look at now.</returns>
    public bool TakeSiblings(IReadOnlyList<FileSibling> siblings)
    {
        var (last, count) = (_cursors[^1], _cursors.Count);
        var wasEmptied = _isEmptied;
        NeedsSiblings = _isEmptied = false;
        var known = _cursors.Select(static cursor => cursor.Identity).ToHashSet();
        var namesake = siblings.FirstOrDefault(static one => one.IsNamesake)?.Identity ?? (siblings.Count == 0 && last.Identity.Length == 0 ? _seen : "");
        var since = siblings.FirstOrDefault(one => one.Identity == last.Identity)?.Modified ?? last.Modified;
        var others = siblings.Where(one => one.Identity != namesake && !known.Contains(one.Identity)).OrderBy(static one => one.Modified).ToList();
        if (wasEmptied)
        {
            // If it was copied before, the copy has the rest. What was written after it came after it.
            var copies = others.Where(one => one.Modified >= last.Modified && (one.Modified <= since || namesake == last.Identity)).ToList();
            _cursors.InsertRange(count - 1, copies.Select(one => last.GuessIn(one.Identity)));
            others = [.. others.Except(copies)];
            // Else the system gave its number to a file that has nothing to do with it.
            var isStillThere = siblings.Count == 0 || siblings.Any(one => one.Identity == last.Identity);
            _cursors[^1] = FileCursor.New(isStillThere ? last.Identity : namesake, since);
        }

        // One that has no file yet stays the last, and gets the one that is there now.
        _cursors.InsertRange(
            _cursors[^1].Identity.Length > 0 ? _cursors.Count : _cursors.Count - 1, others.Where(one => one.Modified >= since).Select(one => FileCursor.New(one.Identity, one.Modified)));
        if (_cursors[^1].Identity.Length == 0 && namesake.Length > 0)
            _cursors[^1] = FileCursor.New(namesake, since);
        else if (namesake.Length > 0 ? namesake != _cursors[^1].Identity : _cursors[^1].Identity.Length > 0 && (_isReplaced || _cursors.Count > count))
            _cursors.Add(FileCursor.New(namesake, since));
        return wasEmptied || _cursors.Count > count || _cursors[^1] != last;
    }

    private FileCursor TakeLast(FileCursor cursor, FileSight sight, List<FilePiece> pieces)
    {
        if (sight.Finding == FileFinding.Denied)
            throw new GpuOpsException("FileNotReadable", GpuOpsErrorKind.NotAllowed, $"'{path}' is no file, or you may not read it.", path);
        _isReplaced = sight.IsReplaced;
        // While the path is empty its next file may come and go unseen, so one looks around now and then.
        NeedsSiblings = _isReplaced || (_isThorough && cursor.Modified > 0 && sight.Finding != FileFinding.Here);
        if (sight.Finding == FileFinding.None)
            return cursor;
        WasSeen = true;
        _seen = sight.Identity;
        // Others may have come and gone between the one before and this one.
        if (cursor is { IsNew: true, Identity: "" })
        {
            NeedsSiblings = true;
            return cursor;
        }

        if (cursor.Continues(sight))
            return Advance(cursor, sight, pieces);
        // A file that was shorter at the first look than where its last lines had begun.
        if (cursor.Identity.Length == 0)
            return FileCursor.At(0);
        NeedsSiblings = _isEmptied = true;
        return cursor;
    }

    /// <summary>A file that had the path before, and may still be written to. Null when it is gone.</summary>
    private static FileCursor? TakeOlder(FileCursor cursor, FileSight sight, List<FilePiece> pieces)
    {
        if (sight.Finding is FileFinding.None or FileFinding.Denied || !cursor.Continues(sight))
            return null;
        var advanced = Advance(cursor, sight, pieces);
        advanced.IsDrained = advanced.Offset == cursor.Offset && !cursor.IsGuess;
        return advanced;
    }

    private static FileCursor Advance(FileCursor cursor, FileSight sight, List<FilePiece> pieces)
    {
        var advanced = cursor.Advance(sight, out var fresh);
        if (fresh.Length > 0)
            pieces.Add(new FilePiece(fresh, cursor.IsNew));
        return advanced;
    }
}
