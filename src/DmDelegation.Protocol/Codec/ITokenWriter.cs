namespace DmDelegation.Protocol;

/// <summary>The counterpart of <see cref="ITokenReader"/>.</summary>
internal interface ITokenWriter
{
    /// <summary>Begins the document with the root SyncML.</summary>
    void StartRoot();

    /// <summary>Closes the root.</summary>
    void EndRoot();

    /// <summary>Opens an element of SyncML.</summary>
    void Start(string name);

    /// <summary>Closes the element opened last, which has this name.</summary>
    void End(string name);

    /// <summary>An element without content.</summary>
    void Empty(string name);

    /// <summary>An element of SyncML with text.</summary>
    void Text(string name, string text);

    /// <summary>An element of MetInf with text.</summary>
    void MetaText(string name, string text);

    /// <summary>Data of an Item.</summary>
    void Data(ReadOnlySpan<byte> octets);
}
