namespace GpuOps.Schedulers.Queue.Order;

/// <summary>
/// The jobs without GPUs, and the cores they may have together. They start strictly in order: one that needs many cores
/// is not passed by those that need few.
/// </summary>
/// <param name="cores">How many cores there are.</param>
internal sealed class CpuLine(int cores)
{
    private readonly SortedSet<LinePlace> _line = [];
    private readonly Dictionary<long, (LinePlace Place, int Cores)> _jobs = [];
    private readonly Dictionary<long, int> _taken = [];

    /// <summary>How many jobs stand in it.</summary>
    public int Count => _jobs.Count;

    /// <summary>How many cores are taken.</summary>
    public int Taken { get; private set; }

    /// <summary>How many places were looked at by all decisions so far.</summary>
    public long Looks { get; private set; }

    /// <summary>Puts a job in, or to another place.</summary>
    public void Put(long id, int priority, int wanted)
    {
        Remove(id);
        var place = new LinePlace(priority, id);
        _line.Add(place);
        // There may have been more cores when it was submitted.
        _jobs.Add(id, (place, Math.Clamp(wanted, 1, cores)));
    }

    /// <summary>Takes a job out, if it stands there.</summary>
    public void Remove(long id)
    {
        if (_jobs.Remove(id, out var known))
            _line.Remove(known.Place);
    }

    /// <summary>Takes the first job out if its cores are free, and takes them for it.</summary>
    /// <param name="id">The job.</param>
    public bool TryTake(out long id)
    {
        id = 0;
        if (_line.Count == 0)
            return false;
        Looks++;
        id = _line.Min.Id;
        var wanted = _jobs[id].Cores;
        if (Taken + wanted > cores)
            return false;
        Remove(id);
        Occupy(id, wanted);
        return true;
    }

    /// <summary>Takes cores for a job that runs already.</summary>
    public void Occupy(long id, int wanted)
    {
        if (_taken.TryAdd(id, Math.Clamp(wanted, 1, cores)))
            Taken += _taken[id];
    }

    /// <summary>Gives a job's cores back, if it has some.</summary>
    public void Release(long id)
    {
        if (_taken.Remove(id, out var had))
            Taken -= had;
    }
}
